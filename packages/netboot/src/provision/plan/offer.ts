import { basename } from 'node:path'
import type { StepContext } from '../steps/index.js'
import type { BaseIso, PlanContext } from './plan-context.js'

/** Offers the ISO that all others are made of, where there is a server. */
export function offerBase({ isoServer, names }: PlanContext, step: StepContext, base: BaseIso, describe: string): void {
  if (!isoServer) return
  const { source, sha256 } = base
  step.resultOf(isoServer).offer({ name: names.name, source, sha256, etag: sha256, describe })
  offerChecksum({ isoServer }, step, names.iso, sha256)
}

/** Offers the checksum of an image of `STATE_DIR/iso`, in the form of its file. */
export function offerChecksum(
  { isoServer }: Pick<PlanContext, 'isoServer'>,
  step: StepContext,
  path: string,
  sha256: string,
): void {
  if (isoServer) step.resultOf(isoServer).offerText(`${basename(path)}.sha256`, `${sha256} ${basename(path)}\n`)
}
