#!/usr/bin/env node
import { kairosctl } from '../kairosctl/main.js'

process.exitCode = await kairosctl(process.argv.slice(2))
