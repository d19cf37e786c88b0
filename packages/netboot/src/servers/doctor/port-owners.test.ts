import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPortOwners, listProcessNames, socketInodes } from './port-owners.js'

const HEAD = '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref'
const UDP = `${HEAD}
  406: 00000000:0043 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 30512 2 0000000000000000 0
  407: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 18102 2 0000000000000000 0
`
const TCP = `${HEAD}
   0: 00000000:1F9A 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 41001 1 0000000000000000 100
   1: 0100007F:1F9A 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 41002 1 0000000000000000 20
`

describe('socketInodes', () => {
  it('finds the sockets of a port, for TCP only those that wait for connections', () => {
    expect(socketInodes(UDP, 67, 'udp')).toEqual(['30512'])
    expect(socketInodes(UDP, 69, 'udp')).toEqual([])
    expect(socketInodes(TCP, 8090, 'tcp')).toEqual(['41001'])
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(socketInodes(text, 67, 'udp'))))
  })
})

describe('findPortOwners', () => {
  let proc: string
  beforeAll(async () => {
    proc = await mkdtemp(join(tmpdir(), 'kairos-proc-'))
    await mkdir(join(proc, 'net'))
    await writeFile(join(proc, 'net/udp'), UDP)
    await mkdir(join(proc, '77/fd'), { recursive: true })
    await writeFile(join(proc, '77/comm'), 'dnsmasq\n')
    await symlink('/dev/null', join(proc, '77/fd/0'))
    await symlink('socket:[30512]', join(proc, '77/fd/4'))
    await mkdir(join(proc, '78'))
    await writeFile(join(proc, '78/comm'), 'other\n')
  })
  afterAll(() => rm(proc, { recursive: true, force: true }))

  it('names the program and its process', async () => {
    expect(await findPortOwners('udp', 67, proc)).toEqual([{ pid: 77, name: 'dnsmasq' }])
    expect(await findPortOwners('tcp', 67, proc)).toEqual([])
    expect(await listProcessNames(proc)).toEqual(new Set(['dnsmasq', 'other']))
  })

  it('names what Node.js runs, and none of its arguments', async () => {
    await mkdir(join(proc, '79/fd'), { recursive: true })
    await writeFile(join(proc, '79/comm'), 'MainThread\n')
    await writeFile(join(proc, '79/cmdline'), '/usr/bin/node\0--no-warnings\0/usr/bin/auroraboot.js\0--token\0s3cret\0')
    await symlink('socket:[41001]', join(proc, '79/fd/4'))
    await writeFile(join(proc, 'net/tcp'), TCP)
    expect(await findPortOwners('tcp', 8090, proc)).toEqual([{ pid: 79, name: 'auroraboot' }])
  })

  it('knows nothing where there is no such table', async () => {
    expect(await findPortOwners('udp', 67, join(proc, 'none'))).toEqual([])
  })
})
