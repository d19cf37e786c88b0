#!/usr/bin/env node
import '../dist/bin/auroraboot.js'
