import { buildOf } from '../../tsup.base.js'

export default buildOf({
  index: 'src/index.ts',
  'ledger/index': 'src/ledger/index.ts',
  'network/index': 'src/network/index.ts',
  'pairing/index': 'src/pairing/index.ts',
  'qr/index': 'src/qr/index.ts',
})
