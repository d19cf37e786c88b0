import { type ByteSource, type ReadOptions, readFully } from '../../bytes/byte-source.js'
import { concatSource } from '../../bytes/concat-source.js'
import type { RootFileSystem } from '../../file-system/root-file-system.js'
import { type BiosGrub, type EfiFile, type GrubArchitecture, REMOVABLE_MEDIA_FILE, type UefiGrub } from './images.js'

interface EfiPlaces {
  /** Best first: signed before unsigned, those made for CDs before those for disks, which look for their menu elsewhere. */
  readonly grub: readonly string[]
  readonly shim: readonly string[]
  readonly mokManager: readonly string[]
}

const VENDORS = ['fedora', 'rocky', 'almalinux', 'redhat', 'centos', 'opensuse', 'debian', 'ubuntu', 'kairos'] as const

/** Where distributions put what starts a machine with UEFI. */
const EFI_PLACES: Readonly<Record<GrubArchitecture, EfiPlaces>> = {
  amd64: efiPlaces({ suse: 'x86_64', grub: 'x86_64-efi', suffix: 'x64' }),
  arm64: efiPlaces({ suse: 'aarch64', grub: 'arm64-efi', suffix: 'aa64' }),
}

function efiPlaces(arch: { suse: string; grub: string; suffix: string }): EfiPlaces {
  const { suse, grub, suffix } = arch
  const signed = (path: string) => ['.dualsigned', '.signed.latest', '.signed', ''].map((ending) => path + ending)
  const vendors = (...files: string[]) =>
    VENDORS.flatMap((vendor) => files.map((file) => `/boot/efi/EFI/${vendor}/${file}`))
  return {
    grub: [
      `/usr/lib/grub/${grub}-signed/gcd${suffix}.efi.signed`,
      `/usr/lib/grub/${grub}-signed/grub${suffix}.efi.signed`,
      `/usr/share/efi/${suse}/grub.efi`,
      ...vendors(`gcd${suffix}.efi`, `grub${suffix}.efi`, 'grub.efi'),
      `/usr/lib/grub/${grub}/monolithic/gcd${suffix}.efi`,
      `/usr/lib/grub/${grub}/monolithic/grub${suffix}.efi`,
      `/usr/lib/grub/${grub}/grub${suffix}.efi`,
      `/usr/share/grub2/${grub}/grub.efi`,
    ],
    shim: [
      `/usr/share/efi/${suse}/shim.efi`,
      ...signed(`/usr/lib/shim/shim${suffix}.efi`),
      `/usr/share/shim/shim${suffix}.efi`,
      ...vendors('shim.efi', `shim${suffix}.efi`),
    ],
    mokManager: [
      `/usr/share/efi/${suse}/MokManager.efi`,
      ...signed(`/usr/lib/shim/mm${suffix}.efi`),
      ...vendors('MokManager.efi', `mm${suffix}.efi`),
    ],
  }
}

const BIOS_DIRECTORIES = [
  '/usr/lib/grub/i386-pc',
  '/usr/share/grub2/i386-pc',
  '/usr/lib/grub2/i386-pc',
  '/boot/grub2/i386-pc',
]

/** GRUB's boot images for a BIOS out of a root file system: eltorito.img, or cdboot.img and a core image. */
export async function biosGrubOf(rootfs: RootFileSystem, options: ReadOptions): Promise<BiosGrub | undefined> {
  for (const directory of BIOS_DIRECTORIES) {
    const open = (file: string) => rootfs.open(`${directory}/${file}`)
    const image = (await open('eltorito.img')) ?? (await joined(await open('cdboot.img'), await open('core.img')))
    if (!image) continue
    const hybrid = await open('boot_hybrid.img')
    const hybridMbr = hybrid && (await readFully(hybrid, 0, hybrid.size, options))
    return { image, hybridMbr, origin: `${rootfs.name}: ${directory}` }
  }
  return undefined
}

async function joined(cdboot: ByteSource | undefined, core: ByteSource | undefined): Promise<ByteSource | undefined> {
  return cdboot && core && concatSource('eltorito.img', [cdboot, core])
}

/** GRUB, with shim if there is one, for a machine with UEFI out of a root file system. */
export async function uefiGrubOf(rootfs: RootFileSystem, arch: GrubArchitecture): Promise<UefiGrub | undefined> {
  const places = EFI_PLACES[arch]
  const grub = await firstOf(rootfs, places.grub)
  if (!grub) return undefined
  const removable = REMOVABLE_MEDIA_FILE[arch]
  const shim = await firstOf(rootfs, places.shim)
  if (!shim) return { files: [{ path: removable, source: grub.source }], shim: false, origin: originOf(rootfs, grub) }
  const files: EfiFile[] = [
    { path: removable, source: shim.source },
    { path: `EFI/BOOT/${nameForShim(grub.path)}`, source: grub.source },
  ]
  const mokManager = await firstOf(rootfs, places.mokManager)
  if (mokManager) files.push({ path: `EFI/BOOT/${withoutSigning(mokManager.path)}`, source: mokManager.source })
  return { files, shim: true, origin: originOf(rootfs, grub) }
}

interface Found {
  readonly path: string
  readonly source: ByteSource
}

async function firstOf(rootfs: RootFileSystem, paths: readonly string[]): Promise<Found | undefined> {
  for (const path of paths) {
    const source = await rootfs.open(path)
    if (source && source.size > 0) return { path, source }
  }
  return undefined
}

function originOf(rootfs: RootFileSystem, { path }: Found): string {
  return `${rootfs.name}: ${path}`
}

/** A shim starts the file of one fixed name beside it: grubx64.efi, with SUSE's grub.efi. The GRUB for CDs has another. */
function nameForShim(path: string): string {
  return withoutSigning(path).replace(/^gcd/, 'grub')
}

function withoutSigning(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.(dualsigned|signed\.latest|signed)$/, '')
}
