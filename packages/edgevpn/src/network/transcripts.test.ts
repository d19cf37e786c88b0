import { readFileSync } from 'node:fs'
import { decodeToken, rotatingKeysAt, unseal } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import { type Block, decodeBlock, entryValue, lookUp } from '../ledger/index.js'
import { decodeEnvelope } from './envelope.js'

interface Transcript {
  readonly token: string
  readonly messages: readonly { unix: number; from: string; data: string }[]
}
/** What real Go nodes published while they paired. */
const transcripts: Record<'go-receiver' | 'go-sender', Transcript> = JSON.parse(
  readFileSync(new URL('./fixtures/transcripts.json', import.meta.url), 'utf8'),
)

function blocksOf({ token, messages }: Transcript): { from: string; block: Block }[] {
  const decoded = decodeToken(token)
  return messages.map(({ unix, from, data }) => {
    const { sealKey } = rotatingKeysAt(decoded, unix)
    return { from, block: decodeBlock(unseal(decodeEnvelope(Buffer.from(data)), sealKey), decoded.maxMessageSize) }
  })
}

describe("a Go node's messages", () => {
  it('show the payload of a Go sender', () => {
    const payloads = blocksOf(transcripts['go-sender']).map(({ block }) =>
      entryValue(lookUp(block.storage, 'pairing', 'data')),
    )
    expect(payloads.at(-1)).toMatchObject({ cc: expect.stringContaining('#cloud-config') })
  })

  it('show the presence and the confirmation of a Go receiver', () => {
    const blocks = blocksOf(transcripts['go-receiver'])
    const last = blocks.at(-1)
    expect(entryValue(last && lookUp(last.block.storage, 'presence', last.from))).toBe('')
    expect(blocks.some(({ from, block }) => entryValue(lookUp(block.storage, 'pairing', from)) === 'ok')).toBe(true)
  })
})
