import { expect, it } from 'vitest'
import { timestamp } from './log-time.js'

it('writes the time before a line of the log as pixiecore and AuroraBoot do', () => {
  expect(timestamp(new Date(2023, 1, 8, 4, 7, 9))).toBe('2023/02/08 04:07:09')
})
