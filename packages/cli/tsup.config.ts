import { buildOf } from '../../tsup.base.js'

export default buildOf({
  index: 'src/index.ts',
  'bin/auroraboot': 'src/bin/auroraboot.ts',
  'bin/kairosctl': 'src/bin/kairosctl.ts',
})
