import { describe, expect, it } from 'vitest'
import { parseListenAddress } from './listen-address.js'

describe('parseListenAddress', () => {
  it.each([
    [':8080', undefined, 8080],
    [':0', undefined, 0],
    ['127.0.0.1:80', '127.0.0.1', 80],
    ['[::1]:65535', '::1', 65535],
    ['localhost:1', 'localhost', 1],
    ['node-1.lab.example:8080', 'node-1.lab.example', 8080],
  ])('reads %s', (text, host, port) => {
    expect(parseListenAddress(text)).toEqual({ host, port })
  })

  it.each([
    '',
    '8080',
    ':',
    ':x',
    ':65536',
    ':-1',
    '::1:80',
    '[::1]',
    '[x]:80',
    '[127.0.0.1]:80',
    '1.2.3:80',
    '256.1.1.1:80',
    'a b:80',
    '-a:80',
    'http://x:80',
  ])('refuses %j', (text) => {
    expect(parseListenAddress(text)).toBeUndefined()
  })
})
