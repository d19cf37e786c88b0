export type { TemplateLimits } from './budget.js'
export { type RenderedCloudConfig, renderCloudConfig } from './cloud-config-template.js'
export { CLOUD_CONFIG_DELIMITERS, type Delimiters, GO_DELIMITERS } from './delimiters.js'
export { type RenderedTemplate, renderTemplate, type TemplateOptions } from './render.js'
