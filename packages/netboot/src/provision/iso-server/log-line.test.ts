import { KairosError } from '@kairos-sdk/core'
import { expect, it } from 'vitest'
import { logLine } from './log-line.js'

const client = { address: '192.168.68.113', port: 45_435 }
const sent = { client, machine: undefined, method: 'GET', status: 200, offset: 0, bytes: 5, size: 5, ms: 1 } as const

it('tells of whole files in the words of the manual', () => {
  expect(logLine({ ...sent, type: 'sent', name: 'kairos.iso' })?.text).toBe(
    'HTTP: Sent file "kairos.iso" to 192.168.68.113:45435',
  )
  expect(logLine({ ...sent, type: 'sent', name: '/' })?.text).toBe('HTTP: Sent the page to 192.168.68.113:45435')
})

it('says nothing of parts, of what the client had already, and of questions for our health', () => {
  expect(logLine({ ...sent, type: 'sent', name: 'kairos.iso', status: 206 })).toBeUndefined()
  expect(logLine({ ...sent, type: 'sent', name: 'kairos.iso', status: 304 })).toBeUndefined()
  expect(logLine({ ...sent, type: 'sent', name: 'kairos.iso', method: 'HEAD' })).toBeUndefined()
  expect(logLine({ ...sent, type: 'sent', name: 'healthz' })).toBeUndefined()
  expect(logLine({ type: 'request', client, machine: undefined, name: 'kairos.iso', method: 'GET' })).toBeUndefined()
})

it('warns of what could not be sent', () => {
  const error = new KairosError('input/changed', 'The file changed.')
  expect(logLine({ type: 'failed', client, machine: undefined, name: 'kairos.iso', bytes: 1, ms: 1, error })).toEqual({
    level: 'warn',
    text: 'HTTP: Could not send "kairos.iso" (The file changed.) to 192.168.68.113:45435',
  })
  expect(logLine({ type: 'refused', client, reason: 'not-found', status: 404 })?.level).toBe('info')
})
