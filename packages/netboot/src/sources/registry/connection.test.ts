import { describe, expect, it } from 'vitest'
import type { HttpClient, HttpResponse } from '../../bytes/index.js'
import { connectRegistry } from './connection.js'

const failing = (code: string) => Object.assign(new Error(`it is ${code}`), { code })
/** Nobody is there: the client that verifies nothing is a real one. */
const NOBODY = '127.0.0.1:1'

/** Connects to a registry that does these things, one for each request. */
async function connectTo(registry: string, outcomes: (Error | 'answer')[], insecureRegistries = true) {
  const asked: string[] = []
  let pauses = 0
  const http: HttpClient = {
    async request({ url }) {
      asked.push(String(url))
      const outcome = outcomes.shift()
      if (outcome instanceof Error) throw outcome
      return { discard() {} } as HttpResponse
    },
    close: async () => {},
  }
  const wait = async () => void pauses++
  const connection = await connectRegistry(registry, { http, insecureRegistries, wait }).catch(
    (error: unknown) => error,
  )
  return { asked, connection, pauses: () => pauses }
}

describe('connectRegistry', () => {
  it('takes no weaker way because a connection was lost', async () => {
    const { connection, asked } = await connectTo(NOBODY, [failing('ECONNRESET'), failing('UND_ERR_SOCKET'), 'answer'])
    expect(connection).toMatchObject({ origin: `https://${NOBODY}` })
    expect(asked).toEqual(Array(3).fill(`https://${NOBODY}/v2/`))
  })

  it('takes one in the end for a registry that loses all connections with TLS', async () => {
    const { connection, pauses } = await connectTo(NOBODY, [...Array(4).fill(failing('ECONNRESET')), 'answer'])
    expect(connection).toMatchObject({ origin: `http://${NOBODY}` })
    expect(pauses()).toBe(3)
  })

  it('takes a weaker way at once where TLS is not spoken or not open', async () => {
    for (const code of ['ERR_SSL_WRONG_VERSION_NUMBER', 'ECONNREFUSED', 'DEPTH_ZERO_SELF_SIGNED_CERT']) {
      const { connection, pauses } = await connectTo(NOBODY, [failing(code), 'answer'])
      expect(connection).toMatchObject({ origin: `http://${NOBODY}` })
      expect(pauses()).toBe(0)
    }
  })

  it('tries no other way with those that must prove who they are', async () => {
    const reset = await connectTo(NOBODY, [failing('ECONNRESET'), 'answer'], false)
    expect(reset.connection).toMatchObject({ origin: `https://${NOBODY}` })
    const unsigned = await connectTo(NOBODY, [failing('DEPTH_ZERO_SELF_SIGNED_CERT')], false)
    expect(unsigned.connection).toMatchObject({ code: 'registry/insecure' })
    expect(unsigned.asked).toHaveLength(1)
  })

  it('says what the way that was open ended with', async () => {
    const lost = [failing('ERR_SSL_WRONG_VERSION_NUMBER'), failing('ECONNRESET')]
    const { connection } = await connectTo(NOBODY, [...lost, ...lost, ...lost, ...lost])
    expect(connection).toMatchObject({ code: 'input/unreachable', cause: { code: 'ECONNRESET' } })
    const closed = await connectTo(NOBODY, [failing('ERR_SSL_NO_CIPHER'), failing('ECONNREFUSED')])
    expect(closed.connection).toMatchObject({ code: 'input/unreachable', cause: { code: 'ERR_SSL_NO_CIPHER' } })
  })

  it.each(['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT'])('does not wait again for who says nothing: %s', async (code) => {
    const { connection, pauses } = await connectTo(NOBODY, Array(20).fill(failing(code)))
    expect(connection).toMatchObject({ code: 'input/unreachable' })
    expect(pauses()).toBe(0)
  })
})
