import { describe, expect, it } from 'vitest'
import { formatImageSource, parseImageSource } from './image-source.js'
import { parseReference } from './reference.js'

describe('parseImageSource', () => {
  it.each([
    ['debian', { kind: 'registry', reference: parseReference('debian') }],
    ['oci://quay.io/a:1', { kind: 'registry', reference: parseReference('quay.io/a:1') }],
    ['localhost:5000/a', { kind: 'registry', reference: parseReference('localhost:5000/a') }],
    ['docker://debian:12', { kind: 'engine', image: 'debian:12' }],
    ['docker:debian', { kind: 'engine', image: 'debian' }],
    ['docker://sha256:0123456789ab', { kind: 'engine', image: 'sha256:0123456789ab' }],
    ['docker-archive:/a/b.tar', { kind: 'docker-archive', path: '/a/b.tar' }],
    ['docker-archive:b.tar:debian:12', { kind: 'docker-archive', path: 'b.tar', image: 'debian:12' }],
    ['oci-archive:C:\\b.tar:v1', { kind: 'oci-archive', path: 'C:\\b.tar', image: 'v1' }],
    ['oci:./layout:v1', { kind: 'oci-layout', path: './layout', image: 'v1', reference: undefined }],
    ['dir:/root', { kind: 'directory', path: '/root' }],
    ['dir:///root', { kind: 'directory', path: '/root' }],
    ['tar:/a:b.tar', { kind: 'tar', path: '/a:b.tar' }],
  ])('reads %s', (text, source) => {
    expect(parseImageSource(text)).toEqual(source)
  })

  it('keeps what AuroraBoot would mean by oci:, an image in a registry', () => {
    expect(parseImageSource('oci:quay.io/kairos/ubuntu:24.04')).toEqual({
      kind: 'oci-layout',
      path: 'quay.io/kairos/ubuntu',
      image: '24.04',
      reference: parseReference('quay.io/kairos/ubuntu:24.04'),
    })
  })

  it.each([
    '/a/b.tar',
    './b.tar',
    '~/b.tar',
    'C:\\b.tar',
    'https://example.org/b.iso',
    'docker://',
    'tar:',
    'oci-archive::v1',
  ])('refuses %s and lists what can be read', (text) => {
    const error = expect.objectContaining({
      code: 'image/invalid-reference',
      hint: expect.stringContaining('docker-archive:FILE'),
    })
    expect(() => parseImageSource(text)).toThrow(error)
  })

  it('repeats no password of a URL', () => {
    expect(() => parseImageSource('https://user:secret@example.org/x')).toThrow(/^(?!.*secret)/)
  })

  it.each(['docker://debian:12', 'oci-archive:a.tar:v1', 'oci:./a', 'dir:/a', 'tar:/a', 'quay.io/a/b:1'])(
    'can be written again as %s',
    (text) => expect(formatImageSource(parseImageSource(text))).toBe(text),
  )
})
