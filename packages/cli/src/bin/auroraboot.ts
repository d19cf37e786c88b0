#!/usr/bin/env node
import { start } from '../runtime/start.js'
import { sizeThreadPool } from '../runtime/thread-pool.js'

sizeThreadPool()
await start(async () => (await import('../auroraboot/main.js')).auroraboot)
