import type { ManualExample } from './manual-example.js'

/** What Hugo's shortcodes of the page stand for. */
export const RELEASE_NAME = 'kairos-ubuntu-24.04-standard-amd64-generic-v3.6.0-k3sv1.33.5+k3s1'
/** The image of that release. */
export const RELEASE_IMAGE = 'quay.io/kairos/ubuntu:24.04-standard-amd64-generic-v3.6.0-k3s-v1.33.5-k3s1'

const shortcode = (suffix: string) =>
  `{{< image variant="standard" suffix="${suffix}" kairosVersion="v3.6.0" k3sVersion="v1.33.5+k3s1" >}}`

const SHORTCODES = {
  [shortcode('-kernel')]: `${RELEASE_NAME}-kernel`,
  [shortcode('-initrd')]: `${RELEASE_NAME}-initrd`,
  [shortcode('.squashfs')]: `${RELEASE_NAME}.squashfs`,
}

/** Of the page “Network booting”. */
export const NETWORK_BOOTING = {
  'ipxe-script': {
    page: 'Network booting',
    section: 'Boot with pre-built ISOs',
    text: `#!ipxe
set url https://github.com/kairos-io/kairos/releases/download/v3.6.0
set kernel ${shortcode('-kernel')}
set initrd ${shortcode('-initrd')}
set rootfs ${shortcode('.squashfs')}

# Configure interface
ifconf

# set config https://example.com/machine-config
# set cmdline extra.values=1
kernel \${url}/\${kernel} initrd=\${initrd} rd.neednet=1 ip=dhcp rd.cos.disable root=live:\${url}/\${rootfs} netboot install-mode config_url=\${config} console=tty1 console=ttyS0 \${cmdline}
initrd \${url}/\${initrd}
boot`,
    filled: SHORTCODES,
  },
  'ipxe-boot': {
    page: 'Network booting',
    section: 'Booting the ISO',
    text: `qemu-img create -f qcow2 disk.img 40g
qemu-system-x86_64 \\
    -m 4096 \\
    -smp cores=2 \\
    -nographic \\
    -drive if=virtio,media=disk,file=disk.img \\
    -drive if=ide,media=cdrom,file=\${1:-kairos.iso}`,
  },
  'netboot-image': {
    page: 'Network booting',
    section: 'Use AuroraBoot',
    text: `docker run --rm -ti --net host quay.io/kairos/auroraboot \\
                    --set "container_image={{< oci variant="standard" kairosVersion="v3.6.0" k3sVersion="v1.33.5+k3s1" >}}"
                    # Optionally:
                    # --cloud-config ....`,
    filled: {
      '{{< oci variant="standard" kairosVersion="v3.6.0" k3sVersion="v1.33.5+k3s1" >}}': RELEASE_IMAGE,
    },
  },
  'pixiecore-files': {
    page: 'Network booting',
    section: 'Notes on booting from network',
    text: `wget "https://github.com/kairos-io/kairos/releases/download/v3.6.0/${shortcode('-kernel')}"
wget "https://github.com/kairos-io/kairos/releases/download/v3.6.0/${shortcode('-initrd')}"
wget "https://github.com/kairos-io/kairos/releases/download/v3.6.0/${shortcode('.squashfs')}"

cat << EOF > config.yaml
#cloud-config

hostname: "hostname.domain.tld"
users:
- name: "kairos"
  passwd: "kairos"
EOF`,
    filled: SHORTCODES,
  },
  pixiecore: {
    page: 'Network booting',
    section: 'Notes on booting from network',
    text: `docker run \\
  -d --name pixiecore --net=host -v $PWD:/files quay.io/pixiecore/pixiecore \\
    boot /files/${shortcode('-kernel')} /files/${shortcode('-initrd')} --cmdline="rd.neednet=1 ip=dhcp rd.cos.disable root=live:{{ ID \\"/files/${shortcode('.squashfs')}\\" }} netboot install-mode config_url={{ ID \\"/files/config.yaml\\" }} console=tty1 console=ttyS0 console=tty0"`,
    filled: SHORTCODES,
  },
  'pixiecore-log': {
    page: 'Network booting',
    section: 'Notes on booting from network',
    text: `[DHCP] Offering to boot 08:00:27:e5:22:8c
[HTTP] Sending ipxe boot script to 192.168.1.49:4371
[HTTP] Sent file "kernel" to 192.168.1.49:4371
[HTTP] Sent file "initrd-0" to 192.168.1.49:4371`,
  },
} as const satisfies Readonly<Record<string, ManualExample>>
