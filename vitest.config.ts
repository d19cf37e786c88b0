import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const packages = fileURLToPath(new URL('./packages', import.meta.url))

/** Machines in QEMU that are on no network. */
const BOOTS = ['e2e/*-boot.test.ts', 'e2e/build-iso.test.ts']

export default defineConfig({
  resolve: {
    // Tests run on the sources, so that a failure points at the line that broke; only e2e tests use the built bins.
    alias: [
      { find: /^@kairos-sdk\/([a-z]+)$/, replacement: `${packages}/$1/src/index.ts` },
      {
        find: /^@kairos-sdk\/netboot\/(dhcp|tftp|http|boot|doctor)$/,
        replacement: `${packages}/netboot/src/servers/$1/index.ts`,
      },
      { find: /^@kairos-sdk\/netboot\/(sources|provision)$/, replacement: `${packages}/netboot/src/$1/index.ts` },
      { find: /^@kairos-sdk\/netboot\/(.+)$/, replacement: `${packages}/netboot/src/media/$1/index.ts` },
      { find: /^@kairos-sdk\/([a-z]+)\/(.+)$/, replacement: `${packages}/$1/src/$2/index.ts` },
    ],
  },
  test: {
    // By default one core is left idle.
    maxWorkers: '100%',
    projects: [
      { extends: true, test: { name: 'unit', include: ['packages/*/src/**/*.test.ts'], testTimeout: 60_000 } },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: BOOTS,
          testTimeout: 180_000,
          hookTimeout: 120_000,
          // Network namespaces and machines share the two cores; one file at a time keeps their clocks honest.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'boots',
          include: BOOTS,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
