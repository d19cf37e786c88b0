import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfiguration } from './read-configuration.js'
import { refusal } from './testing/refusal.js'

const CLOUD_CONFIG = '#cloud-config\ninstall:\n  auto: true\n'
const IMAGE = 'container_image=quay.io/kairos/core-rockylinux:v1.5.0'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'configuration-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function file(name: string, text: string): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, text)
  return path
}

describe('the cloud config', () => {
  it.each([
    ['the text itself', `cloud_config: |\n  #cloud-config\n  a: "[[ .flavor ]]"\n`],
    ['one line of it', 'cloud_config: "#cloud-config"\n'],
  ])('can be %s', async (_name, text) => {
    const { cloudConfig, rendered } = await readConfiguration({ text, set: [IMAGE, 'flavor=x'] })
    expect(cloudConfig?.name).toBe('cloud_config')
    expect(rendered?.text).toMatch(/^#cloud-config/)
  })

  it('can be a path, or come from standard input', async () => {
    const path = await file('cc.yaml', CLOUD_CONFIG)
    expect((await readConfiguration({ text: `cloud_config: ${path}`, set: [IMAGE] })).rendered?.text).toBe(CLOUD_CONFIG)
    const stdin = Readable.from([Buffer.from(CLOUD_CONFIG)])
    expect((await readConfiguration({ cloudConfig: '-', stdin, set: [IMAGE] })).rendered?.text).toBe(CLOUD_CONFIG)
    expect((await refusal({ cloudConfig: join(directory, 'none'), set: [IMAGE] })).code).toBe('input/not-found')
  })

  it('sees every key and every --set', async () => {
    const template = `${CLOUD_CONFIG}a: [[ .state_dir ]] [[ .netboot_http_port ]] [[ .flavor ]] [[[ .my.own ]]]\nb: "{{ .MachineID }}"\n`
    const path = await file('t.yaml', template)
    const { rendered } = await readConfiguration({ cloudConfig: path, set: [IMAGE, 'flavor=f', 'my.own=1,2=3'] })
    expect(rendered?.text).toBe(`${CLOUD_CONFIG}a: /tmp/auroraboot 8090 f 1,2=3\nb: "{{ .MachineID }}"\n`)
  })

  it('is not among the values of templates', async () => {
    const { templateValues } = await readConfiguration({ text: 'cloud_config: "#cloud-config"\n', set: [IMAGE] })
    expect(JSON.stringify(templateValues)).not.toContain('#cloud')
  })

  it('is checked, and what is missing is a warning', async () => {
    const path = await file('missing.yaml', `${CLOUD_CONFIG}a: "[[ .nothing ]]"\n`)
    const { warnings } = await readConfiguration({ cloudConfig: path, set: [IMAGE] })
    expect(warnings).toEqual([`${path}: .nothing has no value (line 4, column 8): it becomes <no value>`])
    const wrong = await file('wrong-cc.yaml', 'users: []\n')
    expect((await refusal({ cloudConfig: wrong, set: [IMAGE] })).code).toBe('cloud-config/no-header')
    const large = await file('large.yaml', `#cloud-config\na: ${'x'.repeat(2 ** 21)}\n`)
    expect((await refusal({ cloudConfig: large, set: [IMAGE] })).code).toBe('cloud-config/too-large')
  })

  it('of a machine has its own values over the others', async () => {
    const path = await file('machine.yaml', `${CLOUD_CONFIG}a: [[ .node.name ]] [[ .node.zone ]]\n`)
    const read = await readConfiguration({ cloudConfig: path, set: [IMAGE, 'node.zone=z', 'machines=m.csv'] })
    expect(read.cloudConfig?.render({ node: { name: 'n1' } }).text).toContain('a: n1 z')
    expect(read.rendered?.text).toContain('a: <no value> z')
  })

  it('may need values that only machines of a table have', async () => {
    const path = await file('only.yaml', `${CLOUD_CONFIG}a: [[ .node.name ]]\n`)
    const set = [IMAGE, 'machines=m.csv']
    const { rendered, cloudConfig, warnings } = await readConfiguration({ cloudConfig: path, set })
    expect(rendered).toBeUndefined()
    expect(warnings[0]).toContain('Only machines of the table')
    expect(cloudConfig?.render({ node: { name: 'n1' } }).text).toContain('a: n1')
    expect((await refusal({ cloudConfig: path, set: [IMAGE] })).code).toBe('template/invalid')
  })
})
