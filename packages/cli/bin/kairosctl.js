#!/usr/bin/env node
import '../dist/bin/kairosctl.js'
