export type { TarMember, TarMemberType } from './member.js'
export { type ReadTarOptions, readTar } from './read-tar.js'
export { type TarTreeOptions, tarTree } from './tar-tree.js'
export { type WriteTarOptions, writeTar } from './write-tar.js'
