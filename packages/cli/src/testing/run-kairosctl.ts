import { kairosctlProgram } from '../kairosctl/program.js'
import { runProgram } from '../runtime/run-program.js'
import { type CapturedIo, type CapturedIoInit, capturedIo } from './captured-io.js'
import { type FakeSdk, fakeSdk } from './fake-sdk.js'

export interface Run {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly json: CapturedIo['stdout']['json']
}

/** Runs kairosctl in this process, with a fake SDK and a captured world. */
export async function runKairosctl(
  argv: readonly string[],
  { sdk = fakeSdk(), ...init }: CapturedIoInit & { readonly sdk?: FakeSdk; readonly io?: CapturedIo } = {},
): Promise<Run> {
  const io = init.io ?? capturedIo(init)
  const code = await runProgram(kairosctlProgram(sdk), argv, io)
  return {
    code,
    out: io.stdout.text,
    err: io.stderr.text,
    get json() {
      return io.stdout.json
    },
  }
}
