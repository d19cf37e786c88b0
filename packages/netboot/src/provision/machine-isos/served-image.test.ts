import { expect, it } from 'vitest'
import { readFully } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import { authorIso, openIso } from '../../media/iso/index.js'
import { servedImages } from './served-image.js'

const base = async () => {
  const kernel = memorySource('kernel', new Uint8Array(50_000))
  const entries = [{ path: '/boot/kernel', type: 'file', source: kernel }] as const
  return await authorIso({ volumeLabel: 'COS_LIVE', entries, date: new Date('2026-01-01') })
}

it('gives each name its own cloud config, for root only, and the same image when it is asked for again', async () => {
  const images = servedImages(await base())
  const [one, two] = await Promise.all(
    ['one', 'two'].map((name) => images.image(name, { cloudConfig: `#cloud-config\n${name}: 1\n` })),
  )
  for (const [name, image] of [['one', one] as const, ['two', two] as const]) {
    if (!image) throw new Error('no image')
    const iso = await openIso(image)
    const config = await iso.open('/config.yaml')
    expect(Buffer.from(await readFully(config, 0, config.size)).toString()).toBe(`#cloud-config\n${name}: 1\n`)
    expect((await iso.stat('/config.yaml')).mode).toBe(0o100600)
  }
  expect(await images.image('one', {})).toBe(one)
})

it('keeps no more images than it is told, those that were asked for last', async () => {
  const images = servedImages(await base(), 2)
  const [a, b] = [await images.image('a', {}), await images.image('b', {})]
  expect(await images.image('a', {})).toBe(a)
  await images.image('c', {})
  expect(await images.image('a', {})).toBe(a)
  expect(await images.image('b', {})).not.toBe(b)
})

it('tries again what went wrong', async () => {
  const images = servedImages(await base())
  const absent = { overlay: '/nowhere/at-all' }
  await expect(images.image('a', absent)).rejects.toMatchObject({ code: 'input/not-found' })
  await expect(images.image('a', {})).resolves.toMatchObject({ name: 'a' })
})
