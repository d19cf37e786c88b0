/**
 * Every code that a {@link KairosError} of this toolkit can have, with what it stands for. The set is closed: a program
 * may switch over it, and the CLI derives its exit status from it.
 */
export const ErrorCodes = {
  aborted: 'the caller cancelled the operation',

  'argument/invalid': 'an option or argument has a value that cannot be used',

  'input/not-found': 'a file to read does not exist',
  'input/is-a-directory': 'a file was expected, a directory was found',
  'input/not-permitted': 'the operating system does not let us read or use this',
  'input/too-large': 'the input is larger than its consumer can use',
  'input/not-text': 'the input is not UTF-8 text',
  'input/http': 'an HTTP server did not give what was asked for',
  'input/unreachable': 'a host could not be reached',
  'input/malformed': 'bytes do not have the structure that their format gives them',
  'input/changed': 'the input changed while it was read',
  'input/unreadable': 'the input could not be read for another reason',

  'output/not-writable': 'the result cannot be written there',
  'output/no-space': 'the disk is full',

  'token/not-base64': 'the token is not base64',
  'token/not-yaml': 'the token does not hold a YAML document',
  'token/invalid-field': 'a field of the token is missing or cannot be used',

  'seal/not-ours': 'a sealed message was not made with this key, or was changed on its way',

  'cloud-config/no-header': 'the first line is not one that Kairos accepts',
  'cloud-config/not-yaml': 'the cloud config is not YAML',
  'cloud-config/too-large': 'Kairos skips cloud configs of 2 MiB and more',
  'cloud-config/not-editable': 'the keys cannot be set without breaking the document',

  'template/invalid': 'a template cannot be read, or its values do not fit what it does with them',

  'configuration/invalid': 'a configuration has unknown keys, values of a wrong type or lacks some',
  'configuration/unsupported': 'a configuration asks for something that is not supported',

  'ledger/invalid-block': 'a block does not have the structure that EdgeVPN gives it',
  'ledger/too-large': 'a block is larger than the token allows',

  'qr/not-a-picture': 'the file is not a picture that can be read',
  'qr/no-code': 'the picture has no QR code in it that can be read',
  'qr/no-token': 'the picture has a QR code, but it does not hold a token',
  'screenshot/unavailable': 'no way was found to take a screenshot',

  'network/start-failed': 'the peer-to-peer node could not start',
  'network/address-in-use': 'the address or port is taken',

  'pairing/no-peer': 'no machine appeared on the network in time',
  'pairing/not-acknowledged': 'a machine appeared but did not confirm the config in time',
  'pairing/no-config': 'no config arrived in time',
  'pairing/invalid-payload': 'what arrived under the token is not a pairing payload',

  'compression/damaged': 'compressed data is cut off, damaged, or of another compression than announced',
  'compression/unsupported': 'data is compressed in a way that is not supported',
  'tar/damaged': 'a tar archive is cut off or contradicts itself',
  'tar/unsupported': 'a tar archive, or what is to go into one, needs something that is not supported',
  'layers/escapes-root': 'a path of a layer leads out of the root file system',
  'layers/unsupported': 'a layer of a container image needs something that is not supported',
  'layers/needs-survey': 'a layer of a container image cannot be merged in one pass',
  'layers/damaged': 'a layer of a container image contradicts itself or the layers below it',

  'iso/not-an-image': 'the input is not an ISO 9660 image',
  'iso/damaged': 'a structure of the image is cut off or contradicts itself',
  'iso/damaged-undo': 'an undo record is damaged or belongs to another image',
  'iso/not-found': 'the image has no file or directory of this path',
  'iso/unsupported': 'the image, or what is to go into it, needs something that is not supported',

  'squashfs/not-an-image': 'the input is not a squashfs 4.0 image',
  'squashfs/damaged': 'a structure of the image is cut off or contradicts itself',
  'squashfs/not-found': 'the image has no file or directory of this path',
  'squashfs/unsupported': 'the image needs something that is not supported',
  'squashfs/invalid-entry': 'a file or directory cannot be put into a squashfs image',

  'partition/not-found': 'the disk has no partition table of the expected kind',
  'partition/damaged': 'a partition table is cut off, has a wrong checksum or contradicts itself',

  'fat/invalid-entry': 'a file or directory cannot be put into a FAT file system',
  'fat/no-room': 'the files do not fit the FAT image',

  'grub/not-found': 'no GRUB boot image was found',
  'ipxe/not-found': 'no iPXE build was found',
  'ipxe/invalid-script': 'a value cannot be put into an iPXE script',

  'dhcp/malformed': 'a DHCP packet or one of its options does not have the structure that the RFCs give it',
  'tftp/malformed': 'a TFTP packet does not have the structure that the RFCs give it',
  'tftp/no-answer': 'a TFTP client did not acknowledge what it was sent',
  'tftp/client-error': 'a TFTP client broke a transfer off',
  'http/client-gone': 'an HTTP client closed its connection before it had everything, or stopped reading',

  'netboot/not-a-kernel': 'the file that is to be booted is not a Linux kernel',
  'netboot/invalid-artifact': 'a file that machines are to load is empty or missing',
  'netboot/other-architecture': 'the kernel is for machines of another architecture',
  'netboot/invalid-cmdline': 'the command line names a file that is not there, or cannot be put into a script',

  'release/not-found': 'a release does not have the file that was asked for',
  'image/invalid-reference': 'the text does not name a container image',
  'image/not-found': 'there is no such image',
  'image/no-architecture': 'the image does not exist for the architecture that was asked for',
  'image/malformed': 'a manifest, configuration or archive does not have the structure of its specification',
  'image/unsupported': 'the image needs something that is not supported',
  'image/wrong-digest': 'bytes are not those that their digest and size promise',
  'registry/unauthorized': 'the registry wants credentials, or does not accept those that it got',
  'registry/no-credentials': 'stored credentials could not be read, or a credential helper failed',
  'registry/insecure': 'the registry does not prove who it is, and that was not allowed',
  'registry/failed': 'the registry answered with an error',
  'engine/not-running': 'no container engine answered',
  'engine/not-permitted': 'the container engine may not be used by this user',
  'engine/failed': 'the container engine answered with an error',

  'artifacts/not-found': 'a root file system or directory has no kernel or initial RAM disk',
  'artifacts/wrong-architecture': 'the kernel is for other machines than was asked for',

  'doctor/not-ready': 'something keeps machines from booting over the network from this one',

  internal: 'a mistake of this toolkit',
} as const

/** One of the codes of {@link ErrorCodes}. */
export type ErrorCode = keyof typeof ErrorCodes
