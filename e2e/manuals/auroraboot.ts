import type { ManualExample } from './manual-example.js'

/** Of the page “AuroraBoot”. */
export const AURORABOOT = {
  overview: {
    page: 'AuroraBoot',
    section: 'Overview',
    text: `docker run --rm -ti --net host quay.io/kairos/auroraboot \\
                    --set "artifact_version=v1.5.0" \\
                    --set "release_version=v1.5.0" \\
                    --set "flavor=rockylinux" \\
                    --set repository="kairos-io/kairos" \\
                    --cloud-config https://...`,
    filled: { 'https://...': 'https://example.com/config.yaml' },
  },
  'run-image': {
    page: 'AuroraBoot',
    section: '2. Run AuroraBoot: Container image',
    text: `docker run --rm -ti --net host quay.io/kairos/auroraboot \\
                    --set "container_image=quay.io/kairos/kairos-opensuse-leap:v1.5.1-k3sv1.21.14-k3s1"`,
  },
  'run-engine': {
    page: 'AuroraBoot',
    section: '2. Run AuroraBoot: Container Image, with dockerd',
    text: `docker pull quay.io/kairos/kairos-opensuse-leap:v1.5.1-k3sv1.21.14-k3s1
# This will use the container image from the host's docker daemon
docker run --rm -ti -v /var/run/docker.sock:/var/run/docker.sock --net host quay.io/kairos/auroraboot \\
                    --set "container_image=docker://quay.io/kairos/kairos-opensuse-leap:v1.5.1-k3sv1.21.14-k3s1"`,
  },
  'run-release': {
    page: 'AuroraBoot',
    section: '2. Run AuroraBoot: Github releases',
    text: `docker run --rm -ti --net host quay.io/kairos/auroraboot \\
                    --set "artifact_version=v1.5.1-k3sv1.21.14+k3s1" \\
                    --set "release_version=v1.5.1" \\
                    --set "flavor=opensuse-leap" \\
                    --set "repository=kairos-io/provider-kairos"`,
  },
  'boot-log': {
    page: 'AuroraBoot',
    section: '3. Start nodes',
    text: `2023/02/08 14:27:30 DHCP: Offering to boot 08:00:27:54:1a:d1
2023/02/08 14:27:30 TFTP: Sent "08:00:27:54:1a:d1/4" to 192.168.68.113:6489
2023/02/08 14:27:36 HTTP: Sending ipxe boot script to 192.168.68.113:45435
2023/02/08 14:27:36 HTTP: Sent file "kernel" to 192.168.68.113:45435
2023/02/08 14:27:36 HTTP: Sent file "initrd-0" to 192.168.68.113:45435
2023/02/08 14:27:49 HTTP: Sent file "other-0" to 192.168.68.113:43044`,
  },
  'node-configuration': {
    page: 'AuroraBoot',
    section: '1. Node configuration',
    text: `#cloud-config

install:
  auto: true
  device: "auto"
  reboot: true

# Define the user accounts on the node.
users:
- name: "kairos"                       # The username for the user.
  passwd: "kairos"                      # The password for the user.
  ssh_authorized_keys:                  # A list of SSH keys to add to the user's authorized keys.
  # - github:mudler                       # A key from the user's GitHub account.
  # - "ssh-rsa AAA..."                    # A raw SSH key.
`,
  },
  'offline-image': {
    page: 'AuroraBoot',
    section: '2. Create an offline ISO: Container image',
    text: `docker run -v $PWD/config.yaml:/config.yaml \\
                    -v $PWD/build:/tmp/auroraboot \\
                    --rm -ti quay.io/kairos/auroraboot \\
                    --set container_image=quay.io/kairos/core-rockylinux:v1.5.0 \\
                    --set "disable_http_server=true" \\
                    --set "disable_netboot=true" \\
                    --cloud-config /config.yaml \\
                    --set "state_dir=/tmp/auroraboot"`,
  },
  'offline-release': {
    page: 'AuroraBoot',
    section: '2. Create an offline ISO: Github releases',
    text: `docker run -v $PWD/build:/tmp/auroraboot -v /var/run/docker.sock:/var/run/docker.sock --rm -ti quay.io/kairos/auroraboot \\
                    --set "artifact_version=v1.5.1-k3sv1.21.14+k3s1" \\
                    --set "release_version=v1.5.1" \\
                    --set "flavor=opensuse-leap" \\
                    --set "repository=kairos-io/provider-kairos" \\
                    --set "disable_http_server=true" \\
                    --set "disable_netboot=true" \\
                    --cloud-config /config.yaml \\
                    --set "state_dir=/tmp/auroraboot"`,
    // The manual forgot to mount it.
    filled: { ' /config.yaml': ' config.yaml' },
  },
  'list-results': {
    page: 'AuroraBoot',
    section: '2. Create an offline ISO',
    text: 'sudo ls -liah build/iso',
    filled: { 'sudo ': '' },
  },
  dd: {
    page: 'AuroraBoot',
    section: '2. Run the image: Bare-Metal',
    text: 'dd if=build/kairos.iso.custom.iso of=/path/to/dev bs=4MB',
    filled: { 'build/kairos': 'build/iso/kairos', '/path/to/dev': 'stick.img' },
  },
  'virt-install': {
    page: 'AuroraBoot',
    section: '2. Run the image: QEMU',
    text: `virt-install --name my-first-kairos-vm \\
                  --vcpus 1 \\
                  --memory 1024 \\
                  --cdrom build/kairos.iso.custom.iso \\
                  --disk size=30 \\
                  --os-variant opensuse-factory \\
                  --virt-type kvm`,
  },
  'configuration-reference': {
    page: 'AuroraBoot',
    section: 'Configuration',
    text: `# Corresponding artifact versions from the kairos release page (e.g. kubernetes version included)
artifact_version: "v..."
# Version of the release in github
release_version: "v1.5.0"

# Flavor
flavor: "rockylinux"

# Github repository
repository: "kairos-io/kairos"

# Container image (takes over)
container_image: "..."

# Disable netboot
disable_netboot: true

# Disable http server for serving offline generated ISOs
disable_http_server: true

# Specify a directory that will be used by auroraboot to download artifacts
# Reuse the same to cache artifacts.
state_dir: "/tmp/auroraboot"

# Default http binding port for offline ISO generation
listen_addr: ":8080"

# Cloud config to use when booting the machine.
cloud_config: |
`,
    filled: { '"v..."': '"v1.5.0"', '"..."': '"quay.io/kairos/core-rockylinux:v1.5.0"' },
  },
  'configuration-file': {
    page: 'AuroraBoot',
    section: 'Configuration',
    text: 'docker run --rm -ti -v $PWD/config.yaml:/config.yaml --net host quay.io/kairos/auroraboot /config.yaml',
    filled: { 'config.yaml': 'aurora.yaml' },
  },
  'disable-netboot': {
    page: 'AuroraBoot',
    section: 'Configuration',
    text: 'docker run --rm -ti --net host quay.io/kairos/auroraboot ....  --set "disable_netboot=true"',
    filled: { '....': 'https://example.com/aurora.yaml' },
  },
  'cloud-config-option': {
    page: 'AuroraBoot',
    section: 'Configuration',
    text: 'docker run --rm -ti -v $PWD/config.yaml:/config.yaml --net host quay.io/kairos/auroraboot .... --cloud-config /config.yaml',
    filled: { '....': 'aurora.yaml' },
  },
  template: {
    page: 'AuroraBoot',
    section: 'Cloud config',
    text: `docker run --rm -ti -v $PWD/config.yaml:/config.yaml --net host \\
                                quay.io/kairos/auroraboot \\
                                --cloud-config /config.yaml \\
                                --set "github.user=mudler" \\
                                --set "kairos.password=foobar"`,
    // The manual's command names no system to boot.
    filled: {
      '"kairos.password=foobar"':
        '"kairos.password=foobar" --set container_image=quay.io/kairos/core-rockylinux:v1.5.0',
    },
  },
  'template-url': {
    page: 'AuroraBoot',
    section: 'Cloud config',
    text: `docker run --rm -ti --net host \\
                        quay.io/kairos/auroraboot \\
                        --cloud-config https://raw.githubusercontent.com/kairos-io/kairos/master/examples/auroraboot/master-template.yaml \\
                        --set "github.user=mudler" \\
                        --set "kairos.password=foobar"`,
    filled: {
      '"kairos.password=foobar"':
        '"kairos.password=foobar" --set container_image=quay.io/kairos/core-rockylinux:v1.5.0',
    },
  },
  stdin: {
    page: 'AuroraBoot',
    section: 'Cloud config',
    text: `cat <<EOF | docker run --rm -i --net host quay.io/kairos/auroraboot \\
                    --cloud-config - \\
                    --set "container_image=quay.io/kairos/kairos-opensuse-leap:v1.5.1-k3sv1.21.14-k3s1"
#cloud-config

install:
 device: "auto"
 auto: true
 reboot: true

hostname: metal-bundle-test-{{ trunc 4 .MachineID }}

users:
- name: kairos
  # Change to your pass here
  passwd: kairos
  ssh_authorized_keys:
  # Replace with your github user and un-comment the line below:
  - github:mudler

k3s:
  enabled: true

# Specify the bundle to use
bundles:
- targets:
  - run://quay.io/kairos/community-bundles:system-upgrade-controller_latest
  - run://quay.io/kairos/community-bundles:cert-manager_latest
  - run://quay.io/kairos/community-bundles:kairos_latest

kairos:
  entangle:
    enable: true
EOF`,
  },
  'pull-local-image': {
    page: 'AuroraBoot',
    section: 'Offline ISO build from local container image',
    text: 'docker pull <IMAGE>',
    filled: { '<IMAGE>': 'quay.io/kairos/core-rockylinux:v1.5.0' },
  },
  'offline-local-image': {
    page: 'AuroraBoot',
    section: 'Offline ISO build from local container image',
    text: `docker run -v $PWD/config.yaml:/config.yaml \\
             -v $PWD/build:/tmp/auroraboot \\
             -v /var/run/docker.sock:/var/run/docker.sock \\
             --rm -ti quay.io/kairos/auroraboot \\
             --set container_image=<IMAGE> \\
             --set "disable_http_server=true" \\
             --set "disable_netboot=true" \\
             --cloud-config /config.yaml \\
             --set "state_dir=/tmp/auroraboot"`,
    filled: { '<IMAGE>': 'docker://quay.io/kairos/core-rockylinux:v1.5.0' },
  },
  'offline-registry-image': {
    page: 'AuroraBoot',
    section: 'Offline ISO build from container images',
    text: `docker run -v $PWD/config.yaml:/config.yaml \\
             -v $PWD/build:/tmp/auroraboot \\
             -v /var/run/docker.sock:/var/run/docker.sock \\
             --rm -ti quay.io/kairos/auroraboot \\
             --set container_image=quay.io/kairos/core-rockylinux:v1.5.0 \\
             --set "disable_http_server=true" \\
             --set "disable_netboot=true" \\
             --cloud-config /config.yaml \\
             --set "state_dir=/tmp/auroraboot"`,
  },
  'netboot-core-release': {
    page: 'AuroraBoot',
    section: 'Netboot with core images from Github releases',
    text: `docker run -v $PWD/config.yaml:/config.yaml --rm -ti --net host quay.io/kairos/auroraboot \\
        --set "artifact_version=v1.5.0" \\
        --set "release_version=v1.5.0" \\
        --set "flavor=rockylinux" \\
        --set repository="kairos-io/kairos" \\
        --cloud-config /config.yaml`,
  },
  'netboot-k3s-release': {
    page: 'AuroraBoot',
    section: 'Netboot with k3s images from Github releases',
    text: `docker run -v $PWD/config.yaml:/config.yaml --rm -ti --net host quay.io/kairos/auroraboot \\
        --set "artifact_version=v1.5.1-k3sv1.21.14+k3s1" \\
        --set "release_version=v1.5.1" \\
        --set "flavor=opensuse-leap" \\
        --set "repository=kairos-io/provider-kairos" \\
        --cloud-config /config.yaml`,
  },
  'netboot-container-image': {
    page: 'AuroraBoot',
    section: 'Netboot from container images',
    text: `docker run -v $PWD/config.yaml:/config.yaml --rm -ti --net host quay.io/kairos/auroraboot \\
        --set container_image=quay.io/kairos/core-rockylinux:v1.5.0
        --cloud-config /config.yaml`,
    // The manual forgot the backslash.
    filled: { 'v1.5.0\n': 'v1.5.0 \\\n' },
  },
  'aurora-yaml': {
    page: 'AuroraBoot',
    section: 'Use the config file',
    text: 'docker run -v $PWD/aurora.yaml:/aurora.yaml --rm -ti --net host quay.io/kairos/auroraboot /aurora.yaml',
  },
} as const satisfies Readonly<Record<string, ManualExample>>

/** The file that the last example names, as the manual has it: its indentation is not what its author meant. */
export const AURORA_YAML = `container_image: "quay.io/kairos/core-rockylinux:v1.5.0"

cloud_config: |
    #cloud-config

    install:
    auto: true
    device: "auto"
    reboot: true

    # Define the user accounts on the node.
    users:
    - name: "kairos"                       # The username for the user.
    passwd: "kairos"                      # The password for the user.
    ssh_authorized_keys:                  # A list of SSH keys to add to the user's authorized keys.
    # - github:mudler                       # A key from the user's GitHub account.
    # - "ssh-rsa AAA..."                    # A raw SSH key.
`

/** The cloud config of the section on templates. */
export const TEMPLATE = `#cloud-config

install:
  auto: true
  device: "auto"
  reboot: true

# Define the user accounts on the node.
users:
- name: "kairos"                       # The username for the user.
  passwd: "[[.kairos.password]]"                      # The password for the user.
  ssh_authorized_keys:                  # A list of SSH keys to add to the user's authorized keys.
  - github:[[.github.user]]
`
