/**
 * Where downloads and results are kept when nobody says otherwise: where AuroraBoot's manual has them, for all that make
 * use of downloads, so that none is made twice.
 */
export const DEFAULT_STATE_DIRECTORY = '/tmp/auroraboot'
