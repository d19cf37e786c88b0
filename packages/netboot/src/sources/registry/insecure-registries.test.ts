import { expect, it } from 'vitest'
import { isInsecureAllowed } from './insecure-registries.js'

it.each([
  [true, 'a.b:5000', true],
  [false, 'a.b:5000', false],
  [undefined, 'a.b', false],
  [['a.b:5000'], 'a.b:5000', true],
  [['a.b:5000'], 'a.b', false],
  [['a.b:5000'], 'a.b:5001', false],
  [['a.b'], 'a.b:5000', true],
  [['http://A.b:5000/'], 'a.b:5000', true],
  [['b'], 'a.b', false],
])('%j lets %s be insecure: %s', (allowed, host, isAllowed) => {
  expect(isInsecureAllowed(host, allowed)).toBe(isAllowed)
})
