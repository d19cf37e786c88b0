/** A file for an initial RAM file system. */
export interface CpioEntry {
  /** Without a leading slash. */
  readonly path: string
  /** With the type, as of st_mode: 0o100755 a program, 0o040755 a directory. */
  readonly mode: number
  readonly content?: Uint8Array | string
}

/** An archive in the "newc" format, as the kernel unpacks it (Documentation/driver-api/early-userspace/buffer-format.rst). */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const parts = [...entries, { path: 'TRAILER!!!', mode: 0 }].flatMap(
    ({ path, mode, content = '' }: CpioEntry, index) => {
      const data = Buffer.from(content)
      const name = Buffer.from(`${path}\0`)
      const fields = [index + 1, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length, 0]
      const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`
      return [padded(Buffer.concat([Buffer.from(header), name])), padded(data)]
    },
  )
  return Buffer.concat(parts)
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}
