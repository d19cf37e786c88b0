import { describe, expect, it } from 'vitest'
import { TEMPLATE } from '../../../../e2e/manuals/auroraboot.js'
import { KairosError } from '../errors/index.js'
import { renderCloudConfig } from './cloud-config-template.js'

function refusal(run: () => unknown): KairosError {
  try {
    run()
  } catch (error) {
    if (KairosError.is(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('renderCloudConfig', () => {
  it("fills in the manual's example", () => {
    const values = { github: { user: 'mudler' }, kairos: { password: 'foobar' } }
    const { text, check, warnings } = renderCloudConfig(TEMPLATE, values)
    expect(text).toBe(TEMPLATE.replace('[[.kairos.password]]', 'foobar').replace('[[.github.user]]', 'mudler'))
    expect(check).toMatchObject({ kind: 'yaml', keys: ['install', 'users'] })
    expect(warnings).toEqual([])
  })

  it("leaves the node's own templates, as in the manual's piped example", () => {
    const text = '#cloud-config\nhostname: metal-bundle-test-{{ trunc 4 .MachineID }}\nname: [[[ .name ]]]\n'
    expect(renderCloudConfig(text, { name: 'a' }).text).toBe(text.replace('[[[ .name ]]]', 'a'))
  })

  it('warns of values that are missing, with the name of the file', () => {
    const { warnings, missing } = renderCloudConfig('#cloud-config\na: "[[ .x ]]"\n', {}, 'config.yaml')
    expect(missing).toEqual(['.x'])
    expect(warnings).toEqual(['config.yaml: .x has no value (line 2, column 8): it becomes <no value>'])
  })

  it('checks what came out, and says that lines are those of the rendered text', () => {
    const text = '#cloud-config\n[[ range .list ]]\nx: [[ . ]]\n[[ end ]]\n'
    const refuse = () => renderCloudConfig(text, { list: ['a: b'] })
    expect(refuse).toThrow('after its templates were filled in')
    try {
      refuse()
    } catch (error) {
      expect(KairosError.is(error, 'cloud-config/not-yaml') && error.hint).toContain('quote')
    }
  })

  it('refuses a value that the node would take for something else than text', () => {
    const text = '#cloud-config\npasswd: [[ .kairos.password ]]\n'
    const error = refusal(() => renderCloudConfig(text, { kairos: { password: '*s3cret' } }))
    expect(error).toMatchObject({ code: 'cloud-config/not-yaml', hint: expect.stringContaining('| quote') })
    expect(error.message).not.toContain('s3cret')
  })

  it('refuses a text without a header', () => {
    expect(() => renderCloudConfig('users: []\n', {})).toThrow('#cloud-config')
  })

  it('refuses what is too large when it is rendered', () => {
    const text = '#cloud-config\na: [[ repeat 2097152 "x" ]]\n'
    expect(() => renderCloudConfig(text, {})).toThrow('Kairos skips')
  })

  it('never shows a value in an error', () => {
    const values = { plain: 's3cret: x', alias: '*s3cret', quote: '"s3cret', tag: '!s3cret! x', key: '? s3cret\n- ]' }
    const texts = Object.keys(values).map((name) => `#cloud-config\na: { b: [[ .${name} ]]\n`)
    for (const text of [
      ...texts,
      '#cloud-config\na: "s3cret [[ .plain | uper ]]"',
      '#cloud-config\na: "s3cret [[ .plain"',
    ]) {
      const error = refusal(() => renderCloudConfig(text, values))
      expect(`${error.message} ${error.hint}`).not.toContain('s3cret')
    }
  })
})
