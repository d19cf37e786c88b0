import { expect, it } from 'vitest'
import { NameNumbers } from './name-numbers.js'

it('finds the first free number for each name, shortened for longer ones', () => {
  const numbers = new NameNumbers()
  const taken = new Set(['ABCD_2', 'XYZ_1'])
  const add = (base: string) => {
    const name = numbers.first(
      (number) => `${base.slice(0, 5 - number.length)}_${number}`,
      (each) => taken.has(each),
    )
    taken.add(name)
    return name
  }
  expect(['ABCDE', 'ABCDF', 'XYZ', 'ABCDE'].map(add)).toEqual(['ABCD_1', 'ABCD_3', 'XYZ_2', 'ABCD_4'])
  for (let count = 0; count < 5; count++) add('ABCDE')
  expect(['ABCDE', 'ABCEE', 'ABCEE'].map(add)).toEqual(['ABC_10', 'ABCE_1', 'ABCE_2'])
})

it('tries no number twice for the same name', () => {
  const numbers = new NameNumbers()
  let asked = 0
  const taken = new Set<string>()
  for (let count = 0; count < 2_000; count++) {
    const isTaken = (name: string) => {
      asked++
      return taken.has(name)
    }
    taken.add(numbers.first((number) => `_${number}`, isTaken))
  }
  expect(taken.size).toBe(2_000)
  expect(asked).toBe(2_000)
})
