import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.js'

/** `npm run fuzz`: the fuzz tests of `npm test`, with a million damaged inputs for each. */
export default mergeConfig(
  { resolve: base.resolve },
  defineConfig({
    test: {
      include: ['packages/*/src/**/*.fuzz.test.ts'],
      env: { FUZZ_RUNS: process.env.FUZZ_RUNS ?? '1000000' },
      testTimeout: 3_600_000,
    },
  }),
)
