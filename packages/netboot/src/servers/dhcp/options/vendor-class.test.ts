import { describe, expect, it } from 'vitest'
import { parseVendorClass } from './vendor-class.js'

describe('parseVendorClass', () => {
  it('takes apart what PXE and HTTP boot firmware sends', () => {
    expect(parseVendorClass('PXEClient:Arch:00007:UNDI:003016')).toEqual({
      client: 'PXEClient',
      architecture: 7,
      undi: { major: 3, minor: 16 },
    })
    expect(parseVendorClass('HTTPClient:Arch:00016:UNDI:003001')).toMatchObject({
      client: 'HTTPClient',
      architecture: 16,
    })
    expect(parseVendorClass('PXEClient')).toEqual({ client: 'PXEClient' })
    expect(parseVendorClass('PXEClient:Arch:00000')).toEqual({ client: 'PXEClient', architecture: 0 })
  })

  it('knows no others', () => {
    for (const text of ['', 'MSFT 5.0', 'PXEClientele', 'pxeclient']) expect(parseVendorClass(text)).toBeUndefined()
  })

  it('leaves out what is garbled', () => {
    expect(parseVendorClass('PXEClient:Arch:x:UNDI:1')).toEqual({ client: 'PXEClient' })
  })
})
