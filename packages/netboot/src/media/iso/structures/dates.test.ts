import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteReader } from '../../../bytes/reader.js'
import { ByteWriter } from '../../../bytes/writer.js'
import { hex, unhex } from '../testing/codec-laws.js'
import { decodeRecordingDate, RECORDING_DATE_SIZE, writeRecordingDate } from './recording-date.js'
import { decodeVolumeDate, VOLUME_DATE_SIZE, writeVolumeDate } from './volume-date.js'

const volumeBytes = (text: string, zone: number) => new ByteReader(Buffer.concat([Buffer.from(text), Buffer.of(zone)]))
const recording = (date: Date | undefined) => {
  const writer = new ByteWriter(RECORDING_DATE_SIZE, 'date')
  writeRecordingDate(writer, date, 'date')
  return writer.written
}
const volume = (date: Date | undefined) => {
  const writer = new ByteWriter(VOLUME_DATE_SIZE, 'date')
  writeVolumeDate(writer, date, 'date')
  return writer.written
}

describe('recording date', () => {
  it('counts the offset from Greenwich in quarters of an hour', () => {
    const berlin = new ByteReader(unhex('7e 0b 15 0a 1c 1f 04'))
    expect(decodeRecordingDate(berlin, 'date')).toEqual(new Date('2026-11-21T09:28:31Z'))
    const newYork = new ByteReader(unhex('7e 0b 15 04 1c 1f ec'))
    expect(decodeRecordingDate(newYork, 'date')).toEqual(new Date('2026-11-21T09:28:31Z'))
  })

  it('writes the date in UTC', () => {
    expect(hex(recording(new Date('2026-11-21T09:28:31Z')))).toBe('7e0b15091c1f00')
  })

  it('takes what no calendar has for no date', () => {
    expect(decodeRecordingDate(new ByteReader(unhex('00 00 00 00 00 00 00')), 'date')).toBeUndefined()
    expect(decodeRecordingDate(new ByteReader(unhex('7e 0d 01 00 00 00 00')), 'date')).toBeUndefined()
  })

  it('keeps to the years that it can write', () => {
    expect(hex(recording(new Date('1850-01-01T00:00:00Z')))).toBe('00010100000000')
    expect(hex(recording(new Date('2300-01-01T00:00:00Z')))).toBe('ff0c1f173b3b00')
  })
})

describe('volume date', () => {
  it('reads digits and the offset from Greenwich', () => {
    expect(decodeVolumeDate(volumeBytes('2026112110283150', 4), 'date')).toEqual(new Date('2026-11-21T09:28:31.500Z'))
  })

  it('takes zeros and text for no date', () => {
    expect(decodeVolumeDate(volumeBytes('0000000000000000', 0), 'date')).toBeUndefined()
    expect(decodeVolumeDate(volumeBytes('2026-11-21 10:28', 0), 'date')).toBeUndefined()
  })

  it('gives back every date of the years 1 to 9999, to hundredths of a second', () => {
    const dates = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(dates, (date) => {
        const whole = new Date(Math.floor(date.getTime() / 10) * 10)
        expect(decodeVolumeDate(new ByteReader(volume(whole)), 'date')).toEqual(whole)
      }),
    )
    expect(decodeVolumeDate(new ByteReader(volume(undefined)), 'date')).toBeUndefined()
  })
})
