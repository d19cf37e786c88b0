import { KairosError } from '@kairos-sdk/core'

const CODE = 'layers/needs-survey'

/** An error about something that a merge in one pass cannot take back. */
export function needsSurvey(layer: string, found: string): KairosError {
  return new KairosError(CODE, `${layer}: ${found}, which one pass over the layers cannot merge.`, {
    hint: 'Write to a file or directory: that starts over by itself. In a program, ask for entries({ survey: true }).',
  })
}

/** True for the error that asks for a survey. */
export function isSurveyNeeded(error: unknown): boolean {
  return KairosError.is(error) && error.code === CODE
}
