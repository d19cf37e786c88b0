import { KairosError } from '@kairos-sdk/core'
import type { FileSystemEntry } from '../../file-system/entry.js'
import type { ImageLayer } from '../container-image.js'
import { membersOf, namedEntries } from './layer-members.js'
import { LayerReader } from './layer-reader.js'
import { LinkRequests } from './link-requests.js'
import type { MergeOptions } from './merge-options.js'
import { LayerProgress } from './merge-progress.js'
import { PathBudget } from './path-budget.js'
import { Kind, MAX_LAYERS, SeenPaths } from './seen-paths.js'
import { surveyLayers } from './survey-layers.js'

/**
 * Merges the layers of an image to its root file system, as unpacking one after the other would (OCI image
 * specification, "Image Layer Filesystem Changeset"). One pass, the highest layer first: each layer is opened once and
 * streamed, what higher layers hide is skipped. In memory are only the paths (about 200 bytes each), and of the layer
 * that is being read what is neither file nor hidden: at most 1 GiB.
 *
 * Entries come in no order; parents may come late or not at all. The content of a file is read before the next entry is
 * asked for.
 *
 * - A hard link to a file of a lower layer leads to that file also when a higher layer replaced or removed it.
 * - A hard link whose target in the same layer is hidden by a higher layer makes that layer be read a second time, for
 *   the content. Nothing else does.
 * - Links have the attributes of what they lead to, whatever their own headers say (as for umoci and GNU tar).
 * - A path that leads through a symbolic link of the same layer is followed inside the root, as unpacking would.
 * - A directory's entry replaces a symbolic link of a lower layer (as for umoci and containerd).
 *
 * One stream cannot take back what it gave. So two kinds of images need {@link MergeOptions.survey}, and end with
 * `layers/needs-survey` without: those with a second member for a path of the same layer, of which the later counts; and
 * those with something below a path that has no entry of its own in the layer and is a symbolic link in a lower one, which
 * is followed inside the root.
 *
 * @param layers - the lowest first
 * @throws KairosError while reading: `layers/escapes-root` for paths and hard links that lead out of the root,
 *   `layers/damaged` for hard links that lead nowhere, entries below what is no directory, and links in circles;
 *   `layers/needs-survey`; `layers/unsupported` for too many layers, or for more paths than there is room for: some 3
 *   million, with a survey some 1.5 million; `tar/*`, `aborted`, and what the layers throw
 */
export async function* mergeLayers(
  layers: readonly ImageLayer[],
  options: MergeOptions = {},
): AsyncGenerator<FileSystemEntry> {
  if (layers.length > MAX_LAYERS) {
    const found = `At most ${MAX_LAYERS} layers expected, ${layers.length} found.`
    throw new KairosError('layers/unsupported', found)
  }
  yield* options.survey ? mergeSurveyed(layers, options) : mergeOnePass(layers, options)
}

async function* mergeOnePass(layers: readonly ImageLayer[], options: MergeOptions): AsyncGenerator<FileSystemEntry> {
  const budget = new PathBudget()
  const seen = new SeenPaths(budget)
  const requests = new LinkRequests(budget)
  const progress = new LayerProgress(layers.length, 'Reading', options)
  for (const [index, layer] of [...layers.entries()].reverse()) {
    const whiteouts = options.whiteouts ?? true
    const room = budget.lend()
    const reader = new LayerReader({ name: layer.name, layer: index, seen, requests, whiteouts, room })
    for await (const member of membersOf(layer, index, progress, options)) {
      const entry = reader.add(member)
      if (entry) yield entry
    }
    yield* reader.end()
    // Members that are hidden, and that hard links have other names for.
    if (reader.hiddenNames.size > 0) {
      yield* namedEntries(membersOf(layer, index, progress, options), reader.hiddenNames, 'last')
    }
    room.giveBack()
  }
  for (const path of seen.emptied) {
    if (seen.kind(path) === Kind.nothing) yield { type: 'directory', path: `/${path}` }
  }
  for (const target of requests.targets) {
    throw new KairosError('layers/damaged', `A hard link to /${target} expects it in a lower layer, none has it.`)
  }
}

async function* mergeSurveyed(layers: readonly ImageLayer[], options: MergeOptions): AsyncGenerator<FileSystemEntry> {
  const { members, emptyDirectories } = await surveyLayers(layers, options)
  const progress = new LayerProgress(layers.length, 'Reading', options)
  for (const [index, layer] of [...layers.entries()].reverse()) {
    const wanted = members[index]
    if (wanted && wanted.size > 0) yield* namedEntries(membersOf(layer, index, progress, options), wanted, 'layer')
  }
  for (const path of emptyDirectories) yield { type: 'directory', path: `/${path}` }
}
