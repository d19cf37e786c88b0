import { expect, it } from 'vitest'
import { aurorabootProgram } from '../../auroraboot/program.js'
import { everyCommand } from '../../runtime/command.js'
import { exitsOf } from '../../runtime/help-text.js'
import { auroraboot } from './auroraboot.js'

it('tells of every way in which auroraboot can end', () => {
  const exits = [...everyCommand(aurorabootProgram())].flatMap(({ command }) => exitsOf(command))
  expect(new Set(exitsOf(auroraboot))).toEqual(new Set(exits))
})
