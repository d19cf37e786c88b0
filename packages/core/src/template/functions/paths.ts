import { posix } from 'node:path'
import { fixed, type TemplateFunction } from './signature.js'

const base = fixed(['string'], (_budget, path) => {
  if (path === '') return '.'
  const end = endWithoutSlashes(path)
  return end === 0 ? '/' : path.slice(path.lastIndexOf('/', end - 1) + 1, end)
})
const dir = fixed(['string'], (_budget, path) => clean(path.slice(0, path.lastIndexOf('/') + 1)))
const ext = fixed(['string'], (_budget, path) => {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot === -1 ? '' : name.slice(dot)
})
const cleaned = fixed(['string'], (_budget, path) => clean(path))
const isAbs = fixed(['string'], (_budget, path) => path.startsWith('/'))

/** sprig's functions on paths, as Go's package path has them. Those of the operating system are Linux's: the node runs it. */
export const pathFunctions: Readonly<Record<string, TemplateFunction>> = {
  base,
  dir,
  ext,
  clean: cleaned,
  isAbs,
  osBase: base,
  osDir: dir,
  osExt: ext,
  osClean: cleaned,
  osIsAbs: isAbs,
}

function clean(path: string): string {
  const normal = posix.normalize(path)
  return normal === '/' ? normal : normal.slice(0, endWithoutSlashes(normal))
}

function endWithoutSlashes(path: string): number {
  let end = path.length
  while (end > 0 && path[end - 1] === '/') end--
  return end
}
