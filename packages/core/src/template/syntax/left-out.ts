const GIVE_IT = 'Give the value with --set:'
const SAME = `${GIVE_IT} rendering the same inputs gives the same result.`
const ENVIRONMENT = `${GIVE_IT} a config must not depend on, or read, the environment that renders it.`
const NETWORK = 'Give the address with --set: rendering does not use the network.'
const ELSEWHERE = 'Compute the value before, and give it with --set.'

/** Functions of sprig and of text/template that are left out, by why. */
const LEFT_OUT: readonly (readonly [names: string, reason: string])[] = [
  ['env expandenv', ENVIRONMENT],
  ['getHostByName', NETWORK],
  ['now ago date dateInZone date_in_zone dateModify date_modify htmlDate htmlDateInZone mustDateModify', SAME],
  ['must_date_modify mustToDate toDate unixEpoch', SAME],
  ['randAlpha randAlphaNum randAscii randBytes randInt randNumeric shuffle uuidv4', SAME],
  ['bcrypt htpasswd encryptAES genCA genCAWithKey genPrivateKey genSelfSignedCert', SAME],
  ['genSelfSignedCertWithKey genSignedCert genSignedCertWithKey', SAME],
  ['buildCustomCert decryptAES derivePassword duration durationRound hello', ELSEWHERE],
  ['semver semverCompare urlJoin urlParse', ELSEWHERE],
  ['call', 'No value of a template is a function.'],
  ['js', 'toJson writes a text in quotes, with its escapes.'],
]

/** Why a function is not here, by its name. */
export const LEFT_OUT_FUNCTIONS: ReadonlyMap<string, string> = new Map(
  LEFT_OUT.flatMap(([names, reason]) => names.split(' ').map((name) => [name, reason] as const)),
)
