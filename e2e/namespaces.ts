import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
}

/** A program in a host, with what it has printed so far. */
export interface Running {
  readonly pid: number
  readonly stdout: string
  readonly stderr: string
  /** Exit code, or 128 + the signal's number. */
  readonly exit: Promise<number>
  /** Resolves with the first line of its output that matches; fails when it ends before. */
  line(pattern: RegExp): Promise<RegExpMatchArray>
  kill(signal?: NodeJS.Signals): void
}

/** A host of its own: a network namespace with one or more interfaces and a loopback, and no way out of the test. */
export interface Host {
  readonly name: string
  run(program: string, args: readonly string[], options?: RunOptions): Running
  /** Runs Node on a file of the project. */
  node(file: string, args: readonly string[], options?: RunOptions): Running
  /** Runs the built `kairosctl`. */
  kairosctl(...args: string[]): Running
}

export interface HostPlan {
  /** Segment name → address with prefix length: `{ lan: '10.77.0.1/24' }`. */
  readonly interfaces: Readonly<Record<string, string>>
  /** Destination → gateway, or interface: `{ '10.77.2.0/24': 'via 10.77.1.254', '224.0.0.0/4': 'dev lan' }`. */
  readonly routes?: Readonly<Record<string, string>>
  /** Passes packets on between its interfaces. Default false. */
  readonly forwards?: boolean
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SIGNALS: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }

let count = 0

/**
 * Makes hosts in network namespaces, joined by one bridge for each segment. Needs root and `ip`.
 *
 *     await using network = createNetwork({ node: { interfaces: { lan: '10.77.0.1/24' } } })
 *     network.hosts.node.kairosctl('receive')
 */
export function createNetwork<Name extends string>(plan: Readonly<Record<Name, HostPlan>>) {
  const prefix = `k${process.pid}x${count++}`
  const namespaces: string[] = []
  const processes = new Set<Running>()
  const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const add = (namespace: string) => {
    ip('netns', 'add', namespace)
    namespaces.push(namespace)
    ip('-n', namespace, 'link', 'set', 'lo', 'up')
  }

  const hosts = {} as Record<Name, Host>
  const bridges = new Set<string>()
  // All bridges live in one namespace: nothing of the test touches the machine's own interfaces.
  const fabric = `${prefix}-fabric`
  add(fabric)
  for (const [name, hostPlan] of Object.entries<HostPlan>(plan)) {
    const namespace = `${prefix}-${name}`
    add(namespace)
    for (const [segment, address] of Object.entries(hostPlan.interfaces)) {
      const bridge = `br-${segment}`
      if (!bridges.has(bridge)) {
        bridges.add(bridge)
        ip('-n', fabric, 'link', 'add', bridge, 'type', 'bridge', 'mcast_snooping', '0')
        ip('-n', fabric, 'link', 'set', bridge, 'up')
      }
      const port = `${name}-${segment}`.slice(0, 15)
      ip('-n', namespace, 'link', 'add', segment, 'type', 'veth', 'peer', 'name', port, 'netns', fabric)
      ip('-n', fabric, 'link', 'set', port, 'master', bridge, 'up')
      ip('-n', namespace, 'addr', 'add', address, 'dev', segment)
      ip('-n', namespace, 'link', 'set', segment, 'up')
    }
    for (const [destination, way] of Object.entries(hostPlan.routes ?? {})) {
      ip('-n', namespace, 'route', 'add', destination, ...way.split(' '))
    }
    if (hostPlan.forwards) ip('netns', 'exec', namespace, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
    hosts[name as Name] = hostIn(namespace, name, processes)
  }

  return {
    hosts,
    async [Symbol.asyncDispose]() {
      for (const process of processes) process.kill('SIGKILL')
      await Promise.all([...processes].map(({ exit }) => exit))
      for (const namespace of namespaces) ip('netns', 'del', namespace)
    },
  }
}

function hostIn(namespace: string, name: string, processes: Set<Running>): Host {
  const run: Host['run'] = (program, args, options = {}) => {
    const child = spawn('ip', ['netns', 'exec', namespace, program, ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
    })
    const running = watch(child, `${name}: ${program} ${args.join(' ')}`)
    processes.add(running)
    return running
  }
  const node: Host['node'] = (file, args, options) => run(process.execPath, [file, ...args], options)
  return { name, run, node, kairosctl: (...args) => node('packages/cli/bin/kairosctl.js', args) }
}

function watch(child: ChildProcessByStdio<null, Readable, Readable>, what: string): Running {
  let stdout = ''
  let stderr = ''
  let ended = false
  const waiting = new Set<() => void>()
  const changed = () => {
    for (const check of waiting) check()
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    changed()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    changed()
  })
  const exit = once(child, 'close').then(() => {
    ended = true
    changed()
    return child.exitCode ?? 128 + (SIGNALS[child.signalCode ?? 'SIGKILL'] ?? 0)
  })

  return {
    pid: child.pid ?? 0,
    get stdout() {
      return stdout
    },
    get stderr() {
      return stderr
    },
    exit,
    line(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<RegExpMatchArray>()
      const check = () => {
        const match = `${stdout}\n${stderr}`.match(new RegExp(pattern, 'm'))
        if (match) resolve(match)
        else if (ended) reject(new Error(`${what} ended without ${pattern}.\n${stdout}\n${stderr}`))
        else return
        waiting.delete(check)
      }
      waiting.add(check)
      check()
      return promise
    },
    kill: (signal = 'SIGTERM') => void child.kill(signal),
  }
}
