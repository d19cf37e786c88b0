import { memorySource } from '../../bytes/memory-source.js'
import { fatImage } from '../fat/index.js'
import type { AuthorEntry, BiosBoot, UefiBoot } from '../iso/author/index.js'
import { entryGrubConfig, GRUB_CONFIG_PATH } from './grub-config.js'
import type { GrubImages } from './images.js'

export interface GrubBootOptions {
  readonly grub: GrubImages
  /** The menu, as `liveGrubConfig` makes it. */
  readonly config: string
  /** Label of the medium. Default `COS_LIVE`. */
  readonly volumeLabel?: string
  /** Date of the EFI system partition, see `fatImage`. */
  readonly date?: Date
}

/** What to give to `authorIso`, beside one's own entries, for a medium that starts with GRUB. */
export interface GrubBoot {
  readonly entries: readonly AuthorEntry[]
  readonly bios: BiosBoot | undefined
  readonly uefi: UefiBoot | undefined
}

const ELTORITO_PATH = '/boot/eltorito.img'
const EFI_LABEL = 'EFI_LIVE'

/**
 * Directories in which a GRUB that somebody else built looks for its menu: its prefix was fixed when it was signed, and is
 * looked up on the EFI system partition when started from a stick and on the ISO when started from some CDs.
 */
const SIGNED_PREFIXES = [
  'EFI/BOOT',
  'boot/grub',
  ...['debian', 'ubuntu', 'fedora', 'rocky', 'almalinux', 'centos', 'redhat', 'opensuse', 'kairos'].map(
    (vendor) => `EFI/${vendor}`,
  ),
] as const

/** Puts GRUB's boot images, the EFI system partition and the menus in their places. */
export function grubBoot(options: GrubBootOptions): GrubBoot {
  const { grub, config, volumeLabel = 'COS_LIVE' } = options
  const file = (path: string, content: string) => ({
    path,
    type: 'file' as const,
    source: memorySource(path, content),
  })
  const entry = entryGrubConfig(volumeLabel)
  const entryFiles = SIGNED_PREFIXES.map((directory) => file(`${directory}/grub.cfg`, entry))
  const entries: AuthorEntry[] = [file(GRUB_CONFIG_PATH, config)]
  if (grub.bios) entries.push({ path: ELTORITO_PATH, type: 'file', source: grub.bios.image })
  if (grub.uefi) entries.push(...entryFiles)
  return {
    entries,
    bios: grub.bios && { path: ELTORITO_PATH, hybridMbr: grub.bios.hybridMbr },
    uefi: grub.uefi && {
      image: fatImage({
        name: 'uefi.img',
        label: EFI_LABEL,
        ...(options.date ? { date: options.date } : {}),
        entries: [...grub.uefi.files.map((each) => ({ ...each, type: 'file' as const })), ...entryFiles],
      }),
    },
  }
}
