export { checkProxyEnvironment } from './proxy-environment.js'
export { describeLocation, isHttpUrl, type ReadOptions, readBytes, readText } from './read.js'
export { redactUrl } from './redact-url.js'
export { urlAuthorization } from './url-authorization.js'
