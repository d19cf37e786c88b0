import { describe, expect, it } from 'vitest'
import { checkHostName, leadsOutside } from './host-names.js'

describe('leadsOutside', () => {
  it.each([
    ['/link', 'file'],
    ['/link', './boot/kernel'],
    ['/a/b/link', '../../file'],
    ['/a/link', '..'],
    ['/link', '...'],
  ])('lets %s lead to %s', (path, target) => expect(leadsOutside(path, target)).toBe(false))

  it.each([
    ['/link', '..'],
    ['/a/link', '../../file'],
    ['/link', '/etc/passwd'],
    ['/link', ''],
    // b may be a link to the top.
    ['/a/link', 'b/../../file'],
    ['/link', 'C:\\Windows'],
    ['/link', '..\\file'],
  ])('refuses that %s leads to %j', (path, target) => expect(leadsOutside(path, target)).toBe(true))
})

describe('checkHostName', () => {
  it.each(['/..', '/a/../b', '/a//b', '/a\0'])('refuses %j everywhere', (path) => {
    expect(() => checkHostName('x.iso', path, 'linux')).toThrow('a name that this system can use expected')
  })

  it.each(['/a\\..\\b', '/c:', '/file:stream', '/NUL', '/com1.txt', '/dot.', '/space '])(
    'refuses %j on Windows only',
    (path) => {
      expect(() => checkHostName('x.iso', path, 'win32')).toThrow('a name that this system can use expected')
      expect(() => checkHostName('x.iso', path, 'linux')).not.toThrow()
    },
  )
})
