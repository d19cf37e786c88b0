/**
 * `npm run docs:api`: writes the API reference of all packages to docs/api, or to the directory that is named. Every warning
 * of TypeDoc is a failure: a broken link, or a type that a public signature names and nobody can import.
 */
import { fileURLToPath } from 'node:url'
import { Application, LogLevel, type ProjectReflection } from 'typedoc'
import { type EntryPoint, publishedPackages } from './published-packages.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const [out = `${root}docs/api`] = process.argv.slice(2)

/** Reads entry points; `undefined` when TypeDoc had something to say, which it has printed. */
async function read(entryPoints: readonly EntryPoint[]) {
  const application = await Application.bootstrap({
    name: 'Kairos provisioning toolkit',
    entryPoints: entryPoints.map(({ source }) => source),
    alwaysCreateEntryPointModule: true,
    tsconfig: `${root}tsconfig.json`,
    // The reference needs types, not correctness: that is what `npm run typecheck` is for.
    skipErrorChecking: true,
    basePath: root,
    readme: 'none',
    disableGit: true,
    sourceLinkTemplate: 'https://github.com/kairos-io/kairos-sdk-js/blob/main/{path}#L{line}',
    excludeInternal: true,
    excludePrivate: true,
    githubPages: false,
    logLevel: LogLevel.Warn,
  })
  const project = await application.convert()
  if (!project) return undefined
  nameModules(project, entryPoints)
  application.validate(project)
  if (application.logger.hasErrors() || application.logger.hasWarnings()) return undefined
  return { application, project }
}

/** Calls each module what an import calls it. */
function nameModules(project: ProjectReflection, entryPoints: readonly EntryPoint[]): void {
  for (const module of project.children ?? []) {
    const file = module.sources?.[0]?.fullFileName
    module.name = entryPoints.find(({ source }) => source === file)?.specifier ?? module.name
  }
}

async function generate(): Promise<boolean> {
  const packages = publishedPackages()
  // TypeDoc looks for types that nobody can import only in the package that a project belongs to: so each is read alone.
  const alone: unknown[] = []
  for (const { entryPoints } of packages) alone.push(await read(entryPoints))
  const together = await read(packages.flatMap(({ entryPoints }) => entryPoints))
  if (!together || alone.includes(undefined)) return false
  await together.application.generateDocs(together.project, out)
  return true
}

if (!(await generate())) process.exitCode = 1
