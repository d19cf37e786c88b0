/** A path as Node takes it: text, or bytes for names that are not UTF-8. */
export type HostPath = string | Buffer
