#!/usr/bin/env node
import { start } from '../runtime/start.js'
import { sizeThreadPool } from '../runtime/thread-pool.js'

// For `kairosctl auroraboot`.
sizeThreadPool()
await start(async () => (await import('../kairosctl/main.js')).kairosctl)
