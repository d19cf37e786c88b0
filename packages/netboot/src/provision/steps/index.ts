export { type RunStepsOptions, runSteps, type StepEvent, type StepResults } from './run-steps.js'
export {
  defineStep,
  type ServerEvent,
  type ServerHost,
  type Step,
  type StepContext,
  type StepDefinition,
} from './step.js'
