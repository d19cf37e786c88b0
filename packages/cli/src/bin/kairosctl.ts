#!/usr/bin/env node
import { start } from '../runtime/start.js'

await start(async () => (await import('../kairosctl/main.js')).kairosctl)
