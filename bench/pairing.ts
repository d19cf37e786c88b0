import { createNetwork } from '../e2e/namespaces.ts'
import { type BenchResult, median } from './result.ts'

interface Report {
  readonly pairings: readonly { sendMs: number; receiveMs: number; bothMs: number }[]
  readonly totalMs: number
  readonly rssBytes: number
}

/** Two of our peers on one network without internet. Needs root and `ip`, for a network of its own. */
export async function bench(): Promise<BenchResult> {
  await using network = createNetwork({ host: { interfaces: { lan: '10.77.0.1/24' } } })
  const report = async (...args: string[]): Promise<Report> => {
    const running = network.hosts.host.node('bench/pairing-peers.ts', args)
    if ((await running.exit) !== 0) throw new Error(running.stderr)
    return JSON.parse(running.stdout)
  }
  const single = await report('one-by-one', '10')
  const many = await report('at-once', '50')
  const ms = (pick: (pairing: Report['pairings'][number]) => number) => Math.round(median(single.pairings.map(pick)))
  return {
    title: 'Pairing, both sides in one process, mDNS only',
    columns: ['what', 'milliseconds', 'target'],
    rows: [
      ['config confirmed, median of 10', ms(({ sendMs }) => sendMs), '1000'],
      ['config received, median of 10', ms(({ receiveMs }) => receiveMs), ''],
      ['both sides done and gone, median of 10', ms(({ bothMs }) => bothMs), ''],
      ['50 pairings at once (100 nodes), all done', Math.round(many.totalMs), '10000'],
      ['resident memory of those 100 nodes, MiB', Math.round(many.rssBytes / 2 ** 20), ''],
    ],
  }
}
