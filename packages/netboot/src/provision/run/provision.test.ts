import { KairosError } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import { memorySource } from '../../bytes/memory-source.js'
import { readConfiguration } from '../configuration/index.js'
import { type IsoServer, startIsoServer } from '../iso-server/index.js'
import type { Plan } from '../plan/plan.js'
import { defineStep, type Step } from '../steps/index.js'
import { provision } from './provision.js'
import type { ProvisionEvent } from './provision-event.js'

/** A plan of steps that say what they do, without disk and network. */
async function planOf(
  more: (state: Step<unknown>) => Step<unknown>[] = () => [],
  { serves = true }: { readonly serves?: boolean } = {},
) {
  const log: string[] = []
  const note = (text: string) => async () => void log.push(text)
  const isoServer = defineStep({
    id: 'iso-server',
    title: 'Serve',
    async run({ defer, servers }): Promise<IsoServer> {
      const listenAddress = { host: '127.0.0.1', port: 0 }
      const server = await startIsoServer({ listenAddress, title: 'system', logger: servers.logger })
      defer(async () => {
        await server.stop()
        log.push('stop server')
      })
      server.on((event) => servers.tell({ of: 'iso-server', event }))
      server.offer({ name: 'a b.iso', source: memorySource('a', 'image'), etag: 'tag', describe: 'An image.' })
      return server
    },
  })
  const state = defineStep({
    id: 'state',
    title: 'Hold',
    needs: serves ? [isoServer] : [],
    async run({ defer }) {
      defer(note('let go'))
      return { release: note('release') }
    },
  })
  const { configuration } = await readConfiguration({ text: '{ container_image: image }' })
  const plan: Plan = {
    ...{ configuration, system: 'system', machines: [], cloudConfig: undefined, warnings: ['planned'] },
    steps: [...(serves ? [isoServer] : []), state, ...more(state)],
    parts: { state, isoServer: serves ? isoServer : undefined, netboot: undefined, files: [] },
  }
  return { plan, log }
}

function listen() {
  const events: ProvisionEvent[] = []
  const types = () => events.map(({ of, event }) => `${of} ${'step' in event ? `${event.step} ` : ''}${event.type}`)
  return { events, types, onEvent: (event: ProvisionEvent) => void events.push(event) }
}

describe('provision', () => {
  it('serves until it is stopped, and then stops what was started last first', async () => {
    const { plan, log } = await planOf()
    const { types, onEvent } = listen()
    const run = provision(plan, { onEvent })
    const { isoServer } = await run.ready
    expect(log).toEqual(['release'])
    expect(isoServer?.files).toEqual([{ path: '/a%20b.iso', size: 5 }])
    expect(await (await fetch(`${isoServer?.urls[0]}/a%20b.iso`)).text()).toBe('image')
    await run.stop()
    expect(log).toEqual(['release', 'let go', 'stop server'])
    await run.done
    expect(types()).toEqual([
      ...['step iso-server started', 'step iso-server done', 'step state started', 'step state done', 'run ready'],
      ...['iso-server request', 'iso-server sent', 'run stopping', 'run stopped'],
    ])
  })

  it('ends by itself where there is nothing to serve', async () => {
    const { plan } = await planOf(undefined, { serves: false })
    const run = provision(plan)
    expect(await run.done).toMatchObject({ system: 'system', isoServer: undefined, netboot: undefined })
  })

  it('ends with the error of the step that failed, when all is stopped, for who waits for the one or the other', async () => {
    const { plan, log } = await planOf((state) => [
      defineStep({
        id: 'bad',
        title: 'Bad',
        needs: [state],
        run: async () => {
          throw new KairosError('output/no-space', 'Room expected, none found.')
        },
      }),
    ])
    const { types, onEvent } = listen()
    const run = provision(plan, { onEvent })
    await expect(run.ready).rejects.toMatchObject({ code: 'output/no-space' })
    expect(log).toEqual(['let go', 'stop server'])
    await expect(run.done).rejects.toMatchObject({ code: 'output/no-space' })
    expect(types().slice(-3)).toEqual(['step bad failed', 'run stopping', 'run stopped'])
    await run.stop()
  })

  it('is cancelled while something is made, and stopped while it serves, by the same signal', async () => {
    const stop = new AbortController()
    const endless = (state: Step<unknown>) => [
      defineStep({
        id: 'endless',
        title: 'Endless',
        needs: [state],
        run: ({ signal }) =>
          new Promise<void>((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason))
            stop.abort()
          }),
      }),
    ]
    const making = provision((await planOf(endless)).plan, { signal: stop.signal })
    await expect(making.done).rejects.toMatchObject({ code: 'aborted' })
    const other = new AbortController()
    const serving = provision((await planOf()).plan, { signal: other.signal })
    await serving.ready
    other.abort()
    await expect(serving.done).resolves.toMatchObject({ system: 'system' })
  })

  it('collects the warnings of the plan and of all steps, each once', async () => {
    const warn = (id: string) => (state: Step<unknown>) =>
      defineStep({ id, title: id, needs: [state], run: async (step) => step.warn('careful') })
    const { plan } = await planOf((state) => [warn('a')(state), warn('b')(state)])
    const { types, onEvent } = listen()
    await using run = provision(plan, { onEvent })
    expect((await run.ready).warnings).toEqual(['planned', 'careful'])
    expect(types().filter((type) => type.endsWith(' warning'))).toEqual(['step a warning'])
  })

  it('has told everything to who listens right after the call', async () => {
    const { plan } = await planOf(undefined, { serves: false })
    const { types, onEvent } = listen()
    const run = provision(plan)
    run.on(onEvent)
    await run.done
    expect(types()[0]).toBe('step state started')
  })
})
