import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram } from './run-program.js'

/** A key and a certificate for 127.0.0.1 that nobody vouches for, as files and as PEM. Needs `openssl`. */
export async function makeCertificate(directory: string) {
  const keyPath = join(directory, 'key.pem')
  const certificatePath = join(directory, 'certificate.pem')
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  const files = ['-keyout', keyPath, '-out', certificatePath]
  const { code, output } = await runProgram('openssl', ['req', '-x509', ...curve, '-days', '2', ...names, ...files])
  if (code !== 0) throw new Error(output)
  const [key, certificate] = await Promise.all([keyPath, certificatePath].map((path) => readFile(path, 'utf8')))
  return { keyPath, certificatePath, key, certificate }
}
