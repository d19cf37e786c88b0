/**
 * What a server called a version of a file, ETag or date, as a record of an earlier process has it: only what can go
 * into a header again. A damaged record would make every request fail otherwise.
 */
export function storedValidator(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x20-\x7e\x80-\xff]+$/.test(value) ? value : undefined
}
