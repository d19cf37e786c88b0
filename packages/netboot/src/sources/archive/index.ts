export { type OpenImageFileOptions, openImageFile } from './open-image-file.js'
