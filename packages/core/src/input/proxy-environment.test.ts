import { describe, expect, it } from 'vitest'
import { KairosError } from '../errors/index.js'
import { checkProxyEnvironment } from './proxy-environment.js'

const refusal = (environment: Record<string, string>) => {
  try {
    checkProxyEnvironment(environment)
  } catch (error) {
    if (KairosError.is(error, 'argument/invalid')) return error.message
    throw error
  }
  return undefined
}

describe('checkProxyEnvironment', () => {
  it.each([
    [{}],
    [{ http_proxy: '', https_proxy: '' }],
    [{ http_proxy: 'http://proxy:3128', https_proxy: 'https://me:p%40ss@proxy' }],
    [{ https_proxy: 'socks5://proxy:1080' }],
    // The name in small letters counts, also when it is empty.
    [{ http_proxy: '', HTTP_PROXY: 'nonsense' }],
  ])('takes %j', (environment) => {
    expect(refusal(environment)).toBeUndefined()
  })

  it.each([
    ['http_proxy', 's3cret.lan:3128'],
    ['HTTP_PROXY', 's3cret'],
    ['https_proxy', 'ftp://s3cret'],
    ['HTTPS_PROXY', 'http://'],
    ['https_proxy', 'http://s3cret%@proxy:3128'],
  ])('names %s of %s, and not its value', (name, value) => {
    const message = refusal({ [name]: value })
    expect(message).toContain(`${name} in the environment: `)
    expect(message).not.toContain('s3cret')
  })
})
