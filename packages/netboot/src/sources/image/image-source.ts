import { KairosError } from '@kairos-sdk/core'
import { formatReference, type ImageReference, parseReference } from './reference.js'

/** Where a container image, or the tree that one would hold, comes from. */
export type ImageSource =
  | { readonly kind: 'registry'; readonly reference: ImageReference }
  /** An image that a container engine has, by name or identifier. */
  | { readonly kind: 'engine'; readonly image: string }
  | ArchiveImageSource
  /** A root file system as a directory. */
  | { readonly kind: 'directory'; readonly path: string }
  /** A root file system as a tar archive. */
  | { readonly kind: 'tar'; readonly path: string }

export interface ArchiveImageSource {
  readonly kind: 'docker-archive' | 'oci-archive' | 'oci-layout'
  readonly path: string
  /** Which image of several: a name with tag, or `@0` for the first. */
  readonly image?: string | undefined
  /** Only of `oci:`, when what follows may be an image in a registry: AuroraBoot means that by it, skopeo a directory. */
  readonly reference?: ImageReference | undefined
}

const FORMS = [
  'quay.io/kairos/ubuntu:24.04 or oci://… (a registry)',
  'docker://IMAGE (Docker or Podman)',
  'docker-archive:FILE',
  'oci-archive:FILE',
  'oci:DIRECTORY',
  'dir:/DIRECTORY',
  'tar:FILE',
]

/**
 * Reads what names an image or root file system:
 *
 *     quay.io/kairos/ubuntu:24.04, oci://…   an image in a registry
 *     docker://IMAGE, docker:IMAGE           an image that Docker or Podman has
 *     docker-archive:FILE[:IMAGE]            what `docker save` writes
 *     oci-archive:FILE[:IMAGE]               a tar archive of an OCI image layout
 *     oci:DIRECTORY[:IMAGE]                  an OCI image layout; without such a directory, an image in a registry
 *     dir:DIRECTORY                          a root file system as a directory
 *     tar:FILE                               a root file system as a tar archive
 *
 * Nothing is looked up: whether it exists is seen when it is opened.
 *
 * @throws KairosError `image/invalid-reference`
 */
export function parseImageSource(text: string): ImageSource {
  const scheme = /^(?:oci|docker):\/\/|^(?:docker-archive|oci-archive|oci|docker|dir|tar):/.exec(text)?.[0] ?? ''
  const rest = text.slice(scheme.length)
  if (scheme !== '' && rest === '') {
    throw new KairosError('image/invalid-reference', `Something expected after ${scheme}, nothing found.`, {
      hint: formsHint(),
    })
  }
  switch (scheme) {
    case 'docker://':
    case 'docker:':
      return { kind: 'engine', image: checkEngineImage(rest) }
    case 'docker-archive:':
      return { kind: 'docker-archive', ...splitPath(rest) }
    case 'oci-archive:':
      return { kind: 'oci-archive', ...splitPath(rest) }
    case 'oci:':
      return { kind: 'oci-layout', ...splitPath(rest), reference: referenceOrNone(rest) }
    case 'dir:':
      // dir:///path is what people who think of URLs write.
      return { kind: 'directory', path: rest.replace(/^\/\/(?=\/)/, '') }
    case 'tar:':
      return { kind: 'tar', path: rest.replace(/^\/\/(?=\/)/, '') }
    default:
      checkNoOtherForm(text, rest)
      return { kind: 'registry', reference: parseReference(rest) }
  }
}

/** A source as one would write it, in full. */
export function formatImageSource(source: ImageSource): string {
  switch (source.kind) {
    case 'registry':
      return formatReference(source.reference)
    case 'engine':
      return `docker://${source.image}`
    case 'directory':
      return `dir:${source.path}`
    case 'tar':
      return `tar:${source.path}`
    default: {
      const scheme = source.kind === 'oci-layout' ? 'oci' : source.kind
      return `${scheme}:${source.path}${source.image === undefined ? '' : `:${source.image}`}`
    }
  }
}

/** Path and image are parted by the first colon, as skopeo does; that of a Windows drive letter is not one. */
function splitPath(text: string): { path: string; image?: string } {
  const colon = text.indexOf(':', /^[a-zA-Z]:[\\/]/.test(text) ? 2 : 0)
  if (colon < 0) return { path: text }
  const [path, image] = [text.slice(0, colon), text.slice(colon + 1)]
  if (path === '' || image === '') {
    throw new KairosError('image/invalid-reference', `PATH or PATH:IMAGE expected, ${JSON.stringify(text)} found.`, {
      hint: formsHint(),
    })
  }
  return { path, image }
}

function referenceOrNone(text: string): ImageReference | undefined {
  try {
    return parseReference(text)
  } catch {
    return undefined
  }
}

function checkEngineImage(image: string): string {
  const identifier = /^(?:sha256:)?[0-9a-f]{12,64}$/
  if (!identifier.test(image)) parseReference(image)
  return image
}

/** A path or another scheme would only be called an invalid name of an image: say what may have been meant. */
function checkNoOtherForm(text: string, rest: string): void {
  const found = /^[./~\\]|^[a-zA-Z]:\\/.test(rest)
    ? 'a path'
    : /^[a-z][a-z+.-]*:\/\//.test(rest)
      ? `${rest.slice(0, rest.indexOf(':'))}://`
      : undefined
  if (found === undefined) return
  const shown = text.length > 80 || /:\/\//.test(rest) ? '' : ` in ${JSON.stringify(text)}`
  throw new KairosError('image/invalid-reference', `The name of an image expected, ${found} found${shown}.`, {
    hint: formsHint(),
  })
}

function formsHint(): string {
  return `These can be read: ${FORMS.join(', ')}.`
}
