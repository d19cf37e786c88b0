/** Where the live system and its menu expect them in an image. */
export const LivePaths = { kernel: '/boot/kernel', initrd: '/boot/initrd', rootfs: '/rootfs.squashfs' } as const
