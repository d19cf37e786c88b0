import type { ImageLayer } from '../container-image.js'
import { membersOf } from './layer-members.js'
import type { MergeOptions } from './merge-options.js'
import { LayerProgress } from './merge-progress.js'
import { type UnpackedNames, UnpackedTree } from './unpacked-tree.js'

/**
 * Reads the headers of all layers, the lowest first, and says what is left of each in the end. Content is passed over.
 *
 * @throws KairosError those of `mergeLayers`, but for `layers/needs-survey`
 */
export async function surveyLayers(layers: readonly ImageLayer[], options: MergeOptions): Promise<UnpackedNames> {
  const tree = new UnpackedTree({ whiteouts: options.whiteouts ?? true })
  const progress = new LayerProgress(layers.length, 'Looking through', options)
  for (const [index, layer] of layers.entries()) {
    let number = 0
    for await (const member of membersOf(layer, index, progress, options)) {
      tree.add(member, { layer: index, name: layer.name, number: number++ })
    }
  }
  return tree.names(layers.length)
}
