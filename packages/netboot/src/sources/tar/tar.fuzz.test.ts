import { KairosError } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import { FUZZ_RUNS, mutate, seededRandom } from '../../../../../fuzz/mutate.js'
import { mergeLayers } from '../layers/merge-layers.js'
import { encodeHeader, padding } from './encode-header.js'
import { encodePaxRecords } from './pax.js'
import { archiveOf, inChunks } from './testing/archive.js'

/** Sets the checksums right again, so that damage is seen by what comes behind them. */
function repaired(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes)
  for (let at = 0; at + 512 <= copy.length; at += 512) {
    const block = copy.subarray(at, at + 512)
    if (block.toString('latin1', 257, 262) !== 'ustar') continue
    block.fill(0x20, 148, 156)
    block.write(
      `${block
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
      'latin1',
    )
  }
  return copy
}

const sparse = encodePaxRecords(
  Object.entries({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '9', path: 'ü' }).map(
    ([key, value]) => ({ key, value: Buffer.from(value) }),
  ),
)
const header = { mode: 0o644, uid: 0, gid: 0, mtime: new Date(0), name: Buffer.from('a') }
const originals = [
  archiveOf([
    { path: 'd/', type: 'directory' },
    { path: 'd/a', content: 'content' },
    { path: 'b', type: 'hardlink', target: 'd/a' },
    { path: 'l', type: 'symlink', target: 'd' },
    { path: 'l/x', content: '1' },
    { path: 'd/.wh.y', content: '' },
    { path: 'd/.wh..wh..opq', content: '' },
    { path: 'n', type: 'block-device', major: 8, minor: 1, xattrs: { 'user.a': Uint8Array.of(0, 1) } },
  ]),
  Buffer.concat([
    encodeHeader({ ...header, typeFlag: 'x', size: sparse.length }),
    sparse,
    padding(sparse.length),
    encodeHeader({ ...header, typeFlag: '0', size: 517 }),
    Buffer.from('1\n2\n5\n'.padEnd(512, '\0')),
    Buffer.from('12345'.padEnd(512, '\0')),
    Buffer.alloc(1024),
  ]),
]

describe('damaged archives', () => {
  it('merge to entries inside the root or end in a KairosError', { timeout: 3_600_000 }, async () => {
    const random = seededRandom(1)
    // Each run merges a whole image; a tenth of the runs of a codec takes as long.
    for (let run = 0; run < FUZZ_RUNS / 10; run++) {
      const bytes = originals.map((original) => {
        const damaged = mutate(original, random)
        return random() < 0.7 ? repaired(damaged) : damaged
      })
      const layers = bytes.map((layer, index) => ({ name: `layer ${index}`, open: () => inChunks(layer, 700) }))
      const survey = random() < 0.5
      try {
        for await (const entry of mergeLayers(layers, { survey })) {
          expect(entry.path.split('/')).not.toContain('..')
          if (entry.type === 'file' && 'chunks' in entry.source) for await (const _ of entry.source.chunks);
        }
      } catch (error) {
        if (!KairosError.is(error) || error.code === 'internal') {
          const input = bytes.map((layer) => Buffer.from(layer).toString('base64')).join('\n')
          throw new Error(`Run ${run} broke on ${input}`, { cause: error })
        }
      }
    }
  })
})
