/** Where the live system of Kairos and its menu expect their files in an image. */
export const LivePaths = { kernel: '/boot/kernel', initrd: '/boot/initrd', rootfs: '/rootfs.squashfs' } as const

/** Where the live system reads the cloud config. */
export const CLOUD_CONFIG_PATH = '/config.yaml'
