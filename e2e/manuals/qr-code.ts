import type { ManualExample } from './manual-example.js'

/** Of the page “QR Code”. */
export const QR_CODE = {
  'read-token': {
    page: 'QR code',
    section: 'the base64 encoded string',
    text: 'b3RwOgogIGRodDoKICAgIGludGVydmFsOiA5MjIzMzcyMDM2ODU0Nzc1ODA3CiAgICBrZXk6IFY0NTYzWUhKNzdNVFZaMkVNRFk1QVZINklDNk1UNkU0MjdMVE1OQ1MyTVhWM1FWR1VESVEKICAgIGxlbmd0aDogMzIKICBjcnlwdG86CiAgICBpbnRlcnZhbDogOTIyMzM3MjAzNjg1NDc3NTgwNwogICAga2V5OiBNUlZTU05KQ09WWjYyV0dETFlXRE9OUkNDUTU0TEFVMkxMRkVONURNNERHTFlGWEZYVTRBCiAgICBsZW5ndGg6IDMyCnJvb206IDI3V0pWN1lNSzdXUzdRWVUzV0xPSVNRQUxZT0dFUjRRNUpNVVRVUk1UREZKS0E1NVZZWUEKcmVuZGV6dm91czogcWZNcHRBdFRzaUhxVmZWSEJhaXRBbXZQZFdySkJEcEMKbWRuczogSFB0WmlsSUp4UFhiUVRUSE93ZHhiWGZ4S3JvVmJmZEgKbWF4X21lc3NhZ2Vfc2l6ZTogMjA5NzE1MjAK',
  },
  'install-kairosctl': {
    page: 'QR code',
    section: 'the CLI can be downloaded',
    text: `VERSION=$(wget -q -O- https://api.github.com/repos/kairos-io/provider-kairos/releases/latest | jq -r '.tag_name')
curl -L https://github.com/kairos-io/provider-kairos/releases/download/\${VERSION}/kairosctl-\${VERSION}-linux-amd64.tar.gz -o - | tar -xvzf - -C .`,
  },
  'register-screen': {
    page: 'QR code',
    section: 'register a node',
    text: 'kairosctl register --reboot --device /dev/sda --config config.yaml',
  },
  'register-image': {
    page: 'QR code',
    section: 'an image path or a token',
    text: 'kairosctl register /img/path',
    filled: { '/img/path': 'code.png --config config.yaml' },
  },
  'register-token': {
    page: 'QR code',
    section: 'an image path or a token',
    text: 'kairosctl register <token>',
    filled: { '<token>': '"$TOKEN" --config config.yaml' },
  },
} as const satisfies Readonly<Record<string, ManualExample>>
