import { expect, it } from 'vitest'
import { machineNames } from './machine-names.js'

const MAC = '08:00:27:54:1a:d1'
const UUID = '0a0b0c0d-0000-1111-2222-333344445555'

it('finds a machine by its address and by its UUID', () => {
  const nameOf = machineNames([
    { name: 'node-1', mac: MAC, uuid: undefined },
    { name: 'node-2', mac: undefined, uuid: UUID },
  ])
  expect(nameOf?.({ mac: MAC, uuid: undefined })).toBe('node-1')
  expect(nameOf?.({ mac: '08:00:27:54:1a:d2', uuid: UUID.toUpperCase() })).toBe('node-2')
  expect(nameOf?.({ mac: '08:00:27:54:1a:d3', uuid: undefined })).toBeUndefined()
})

it('has no names where the table has none', () => {
  expect(machineNames([])).toBeUndefined()
  expect(
    machineNames([
      { name: '08-00-27-54-1a-d1', mac: MAC, uuid: undefined },
      { name: UUID, mac: undefined, uuid: UUID },
    ]),
  ).toBeUndefined()
})
