import { KairosError } from '@kairos-sdk/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type MachineTableFormat, machineTableFormat, readMachineTable } from './read-machine-table.js'

function refusal(text: string, format: MachineTableFormat): string {
  try {
    readMachineTable(text, format)
  } catch (error) {
    if (KairosError.is(error, 'configuration/invalid')) return error.message
    throw error
  }
  throw new Error('the table was taken')
}

const MACHINES = [
  {
    mac: '08:00:27:54:1a:d1',
    name: 'node-1',
    line: 2,
    values: { mac: '08:00:27:54:1a:d1', name: 'node-1', role: 'server', network: { address: '10.0.0.1', vlan: 7 } },
  },
  {
    mac: '08:00:27:54:1a:d2',
    name: '007',
    line: 3,
    values: { mac: '08:00:27:54:1a:d2', name: '007', network: { address: '10.0.0.2', vlan: 8 } },
  },
]

describe('readMachineTable', () => {
  it.each([
    ['commas', ','],
    ['semicolons', ';'],
    ['tabs', '\t'],
  ])('reads CSV with %s, with types and groups', (_name, delimiter) => {
    const text = [
      'mac,name,role,network.address,network.vlan',
      '08:00:27:54:1a:d1,node-1,server,10.0.0.1,7',
      '08-00-27-54-1A-D2,007,,10.0.0.2,8',
    ].join('\r\n')
    expect(readMachineTable(text.replaceAll(',', delimiter), 'csv')).toEqual(MACHINES)
  })

  it('reads the same as YAML, as a list or below machines, with values beside or below values', () => {
    const list = [
      '- { mac: 08:00:27:54:1a:d1, name: node-1, role: server, network: { address: 10.0.0.1, vlan: 7 } }',
      '- { mac: 0800.2754.1ad2, name: 007, values: { network: { address: 10.0.0.2, vlan: 8 } } }',
    ]
    expect(readMachineTable(`\n${list.join('\n')}`, 'yaml')).toEqual(MACHINES)
    expect(readMachineTable(`machines:\n${list.join('\n')}`, 'yaml')).toEqual(MACHINES)
  })

  it('tells which machine it is by what is beside values, never by what is below', () => {
    const machine = 'mac: 08:00:27:54:1a:d1, name: node-1'
    const text = `- { ${machine}, role: server, values: { name: Alice, MAC: 08:00:27:54:1a:ff, values: 1, role: 007 } }`
    expect(readMachineTable(text, 'yaml')).toEqual([
      {
        ...{ mac: '08:00:27:54:1a:d1', name: 'node-1', line: 1 },
        values: { mac: '08:00:27:54:1a:d1', name: 'Alice', MAC: '08:00:27:54:1a:ff', values: 1, role: 7 },
      },
    ])
    expect(refusal('- { values: { name: node-1 } }', 'yaml')).toContain('a machine needs a mac, a uuid or a name')
  })

  it('keeps quoted cells whole, and tells the lines on which machines begin', () => {
    const text = '\ufeff# machines of the lab\nname,keys\n\n"a","one, ""two""\nthree"\nb,x\n'
    expect(readMachineTable(text, 'csv')).toEqual([
      { name: 'a', line: 4, values: { name: 'a', keys: 'one, "two"\nthree' } },
      { name: 'b', line: 6, values: { name: 'b', keys: 'x' } },
    ])
  })

  it('takes machines by UUID', () => {
    const uuid = '4C4C4544-0042-3510-8052-B7C04F4A4E32'
    expect(readMachineTable(`UUID\n${uuid}\n`, 'csv')).toEqual([
      { uuid: uuid.toLowerCase(), line: 2, values: { uuid: uuid.toLowerCase() } },
    ])
  })

  it.each([
    ['mac\nnonsense\n', 'line 2: the hardware address of a machine'],
    ['mac\nff:ff:ff:ff:ff:ff\n', 'line 2: the hardware address'],
    ['mac\n01:00:5e:00:00:01\n', 'line 2: the hardware address'],
    ['mac\n00:00:00:00:00:00\n', 'line 2: the hardware address'],
    ['mac\n08:00-27:54:1a:d1\n', 'line 2: the hardware address'],
    ['mac\n08:00:27:54:1a\n', 'line 2: the hardware address'],
    ['uuid\nx\n', 'line 2: a UUID expected'],
    ['name\n../x\n', 'line 2: a name that is fit for a file expected'],
    ['name\n.hidden\n', 'line 2: a name'],
    ['name\na:b\n', 'line 2: a name'],
    ['name,x\n,1\n', 'line 2: a machine needs a mac, a uuid or a name'],
    ['name\na\nb\nA\n', 'line 4: the name is that of line 2'],
    ['mac,name\n08:00:27:54:1a:d1,a\n080027541AD1,b\n', 'line 3: the mac is that of line 2'],
    ['name,x\na\n', 'line 2: 2 columns expected, 1 found'],
    ['name\na,b\n', 'line 2: 1 columns expected, 2 found'],
    ['name,Name\na,b\n', 'line 1: there are two columns "Name"'],
    ['name,a..b\na,b\n', 'line 1: the name of a column expected, "a..b" found'],
    ['name,a=b\na,b\n', 'line 1: the name of a column expected'],
    ['name,a,a.b\na,1,2\n', 'line 1: the name of a column expected, "a.b" found'],
    ['name\n"a\n', 'this is not CSV'],
    ['', 'a line with the names of columns expected'],
  ])('refuses the CSV %j', (text, problem) => {
    expect(refusal(text, 'csv')).toContain(problem)
  })

  it.each([
    ['a: 1', 'line 1: a list of machines expected'],
    ['- a', 'line 1: a machine with mac, uuid or name expected'],
    ['- { name: [a] }', 'line 1: a name that is fit for a file expected'],
    ['- name: a\n- { name: a }', 'line 2: the name is that of line 1'],
    ['- {', 'line 1: this is not YAML'],
    ['', 'a list of machines expected'],
  ])('refuses the YAML %j', (text, problem) => {
    expect(refusal(text, 'yaml')).toContain(problem)
  })

  it('follows few aliases', () => {
    const bomb = [...'bcdefghij']
      .map((name, index) => `${name}: &${name} [${`*${'abcdefghij'[index]},`.repeat(9)}]`)
      .join('\n  ')
    expect(refusal(`- name: x\n  a: &a [1,2,3,4,5,6,7,8,9]\n  ${bomb}\n`, 'yaml')).toContain(
      'line 1: the values cannot be read',
    )
  })

  it('names all mistakes, and no value', () => {
    const message = refusal('name,mac\n/s3cret,\n,s3cret\n', 'csv')
    expect(message.split('\n')).toHaveLength(2)
    expect(message).not.toContain('s3cret')
  })

  it('pollutes nothing', () => {
    readMachineTable('name,__proto__.polluted\na,1\n', 'csv')
    readMachineTable('- { name: a, __proto__: { polluted: 1 }, values: { __proto__: { polluted: 1 } } }', 'yaml')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('refuses or takes any text', () => {
    const piece = fc.constantFrom(
      'mac',
      'name',
      'uuid',
      ',',
      '"',
      '\n',
      '\r',
      ';',
      '- ',
      ': ',
      '{',
      '}',
      '[',
      'values',
      '&a ',
      '*a',
      '08:00:27:54:1a:d1',
      'a.b',
    )
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.string()), { maxLength: 20 }),
        fc.constantFrom('csv' as const, 'yaml' as const),
        (pieces, format) => {
          try {
            readMachineTable(pieces.join(''), format)
          } catch (error) {
            if (!KairosError.is(error, 'configuration/invalid')) throw error
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

describe('machineTableFormat', () => {
  it.each([
    ['machines.csv', 'csv'],
    ['/x/machines.YML', 'yaml'],
    ['https://example.org/m.yaml?x=1', 'yaml'],
    ['machines', undefined],
  ])('tells %s', (location, format) => {
    expect(machineTableFormat(location)).toBe(format)
  })
})
