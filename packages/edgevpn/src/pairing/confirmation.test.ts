import { describe, expect, it } from 'vitest'
import type { Block, Entry } from '../ledger/index.js'
import { openConfirmations } from './confirmation.js'

const ME = '12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7'
const MACHINE = '12D3KooWEjYJJBe6Tw1gu2QGHuXW2mV9EzUMQMt8VjgsFjwgUCKZ'
const OTHER = '12D3KooWBkXTCSw6E8Y1BmiYinkbigvCaf7GeugoWRGTQkn6V1V5'
const OURS = { device: '', cc: '#cloud-config\nright: 2\n' }
const ours = JSON.stringify(OURS)
const theirs = JSON.stringify({ device: '', cc: '#cloud-config\nwrong: 1\n' })
const OK = '"ok"'

const block = (pairing: Record<string, Entry>, presence: Record<string, Entry> = { [MACHINE]: '""' }): Block => ({
  index: 5n,
  hash: 'f',
  prevHash: '',
  timestamp: '',
  storage: new Map([
    ['pairing', new Map(Object.entries(pairing))],
    ['presence', new Map(Object.entries(presence))],
  ]),
})

describe('openConfirmations', () => {
  it("takes a machine's ok beside our payload, also when somebody else passes it on", () => {
    const confirmed = block({ data: ours, [MACHINE]: OK })
    expect(openConfirmations(OURS, ME).read(confirmed, MACHINE)).toBe(MACHINE)
    expect(openConfirmations(OURS, ME).read(confirmed, OTHER)).toBe(MACHINE)
  })

  it('takes no ok beside another payload, beside none, of somebody who is not there, or of ourselves', () => {
    const confirmations = openConfirmations(OURS, ME)
    expect(confirmations.read(block({ [MACHINE]: OK }), MACHINE)).toBeUndefined()
    expect(confirmations.read(block({ data: ours, [MACHINE]: OK }, {}), OTHER)).toBeUndefined()
    expect(confirmations.read(block({ data: ours, [ME]: OK, nobody: OK, [OTHER]: '"no"' }), ME)).toBeUndefined()
    expect(confirmations.tookAnother).toBe(false)
    expect(confirmations.read(block({ data: theirs, [MACHINE]: OK }), MACHINE)).toBeUndefined()
  })

  it('does not take the ok that a machine gave to another payload when ours is written over that one', () => {
    const confirmations = openConfirmations(OURS, ME)
    confirmations.read(block({ data: theirs, [MACHINE]: OK }), OTHER)
    expect(confirmations.read(block({ data: ours, [MACHINE]: OK }), MACHINE)).toBeUndefined()
    expect(confirmations.tookAnother).toBe(true)
  })

  it('takes the ok of another machine that is there too', () => {
    const confirmations = openConfirmations(OURS, ME)
    confirmations.read(block({ data: theirs, [MACHINE]: OK }), MACHINE)
    expect(confirmations.read(block({ data: ours, [MACHINE]: OK, [OTHER]: OK }), OTHER)).toBe(OTHER)
  })

  it.each(['"x"', '{"cc":1}', 'no json'])(
    'is not misled by %s over our payload, which no machine can have taken',
    (data) => {
      const confirmations = openConfirmations(OURS, ME)
      confirmations.read(block({ data, [MACHINE]: OK }), MACHINE)
      expect(confirmations.read(block({ data: ours, [MACHINE]: OK }), MACHINE)).toBe(MACHINE)
    },
  )
})
