import { type CloudConfigCheck, checkCloudConfig } from '../cloud-config/check.js'
import { KairosError } from '../errors/index.js'
import { CLOUD_CONFIG_DELIMITERS } from './delimiters.js'
import { renderTemplate } from './render.js'

export interface RenderedCloudConfig {
  readonly text: string
  readonly check: CloudConfigCheck
  readonly missing: readonly string[]
  /** Missing values, and what the check found. */
  readonly warnings: readonly string[]
}

/**
 * Renders the `[[ ]]` and `[[[ ]]]` templates of a cloud config, both in one document, and checks the result. What is in
 * `{{ }}` is for the node and stays as it is.
 *
 * Errors show neither the text around the templates nor a value: both may be secret.
 *
 * @param name - what the config is called in messages. Default `The cloud config`
 * @throws KairosError `template/invalid`; those of `checkCloudConfig`, whose lines are those of the rendered text, which
 *   the message says
 */
export function renderCloudConfig(text: string, values: unknown, name = 'The cloud config'): RenderedCloudConfig {
  const rendered = renderTemplate(text, values, {
    name,
    delimiters: CLOUD_CONFIG_DELIMITERS,
    shown: 'action',
  })
  const check = checkRendered(rendered.text, text, name)
  return {
    text: rendered.text,
    check,
    missing: rendered.missing,
    warnings: [...rendered.warnings.map((warning) => `${name}: ${warning}`), ...check.warnings],
  }
}

function checkRendered(rendered: string, original: string, name: string): CloudConfigCheck {
  if (rendered === original) return checkCloudConfig(rendered, name)
  try {
    return checkCloudConfig(rendered, `${name} after its templates were filled in`)
  } catch (error) {
    if (!KairosError.is(error, 'cloud-config/not-yaml')) throw error
    throw new KairosError(error.code, error.message, {
      hint: `${error.hint ?? ''} The line is that of the rendered text. A value with characters that mean something in YAML needs quotes: [[ .value | quote ]]`.trim(),
    })
  }
}
