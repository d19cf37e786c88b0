import { buildOf } from '../../tsup.base.js'

export default buildOf({
  index: 'src/index.ts',
  'token/index': 'src/token/index.ts',
  'cloud-config/index': 'src/cloud-config/index.ts',
  'template/index': 'src/template/index.ts',
  'settings/index': 'src/settings/index.ts',
  'text/index': 'src/text/index.ts',
})
