export { nearest } from '@kairos-sdk/core'
