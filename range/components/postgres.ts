import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import type { ServiceName } from '../../model/components.ts'
import { administratorOptions } from '../administrator.ts'
import { defineComponent } from '../component.ts'
import { dataDir, type RangeContext } from '../context.ts'
import { readStat } from '../targets/local/identity.ts'
import { cleanEnvironment } from '../targets/local/process.ts'
import { postgresReady } from '../readiness/postgres.ts'
import { runAs, unprivilegedUser } from '../users.ts'
import { scramVerifier } from './scram.ts'
import { databaseUrl } from './service.ts'
import { schemaOwners } from '../../shop/contract.ts'

const run = promisify(execFile)

/** What the server is configured with. */
export const postgresSettings = (context: RangeContext): Record<string, string> => ({
  listen_addresses: context.listen,
  port: String(context.port('postgres')),
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '24MB',
  // Nothing here is replicated: it would start a process for it.
  max_logical_replication_workers: '0',
  max_wal_size: '256MB',
  jit: 'off',
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'top',
  logging_collector: 'on',
  log_destination: 'jsonlog',
  log_directory: 'log',
  log_filename: 'postgresql.log',
  log_rotation_age: '0',
  log_rotation_size: '0',
  log_min_duration_statement: '250ms',
  log_lock_waits: 'on',
  deadlock_timeout: '1s',
  log_connections: 'off',
})

/** PostgreSQL refuses to run as root, so as root the data belong to the package's own user. */
export const postgres = defineComponent({
  name: 'postgres',
  title: 'PostgreSQL',
  role: 'datastore',
  ports: { postgres: 'postgres' },
  calls: [],

  async prepare(context) {
    const dir = postgresDataDir(context)
    if (!existsSync(path.join(dir, 'PG_VERSION')) || (await isOfAnother(context, dir))) await initialise(context, dir)
    await writeFile(markOf(dir), ownerMark(context), { mode: 0o600 })
    if (unprivilegedUser('postgres')) await openWay(context, dir)
    await removeStaleLock(dir)
    const lines = Object.entries(postgresSettings(context)).map(([name, value]) => `${name} = '${value}'`)
    await writeFile(path.join(dir, 'postgresql.conf'), `${lines.join('\n')}\n`)
  },
  process: (context) => ({
    file: path.join(context.binaries.postgresBin, 'postgres'),
    args: ['-D', postgresDataDir(context)],
    env: {},
    ...(unprivilegedUser('postgres') ? { user: 'postgres' } : {}),
  }),
  readiness: (context) => postgresReady(databaseUrl(context, 'postgres').replace(/\/shop$/, '/postgres')),
  async afterReady(context) {
    await bootstrap(context)
  },
  // SIGINT is PostgreSQL's fast shutdown: sessions are ended, transactions rolled back.
  stop: { signal: 'SIGINT', deadlineMs: 15_000 },
  startDeadlineMs: 60_000,
  logs: { format: 'postgres', file: (context) => path.join(postgresDataDir(context), 'log', 'postgresql.json') },
})

const varLib = '/var/lib/firedrill'

/** The range's own folder, or one in /var/lib where the database's user cannot reach that. */
export function postgresDataDir(context: RangeContext): string {
  const own = dataDir(context, 'postgres')
  const user = unprivilegedUser('postgres')
  if (!user) return own
  const elsewhere = path.join(varLib, context.config.id, 'postgres')
  // Where it has once been it stays. The range's own folder is opened so far as to let it through.
  if (existsSync(path.join(elsewhere, 'PG_VERSION'))) return elsewhere
  return user.canTraverse(path.dirname(path.resolve(context.dir))) ? own : elsewhere
}

const markOf = (dir: string): string => `${dir}.owner`

/** What a range and no other has: its password, which is made with it. */
const ownerMark = (context: RangeContext): string => createHash('sha256').update(context.config.passwords.postgres).digest('hex')

/**
 * Whether the data are those of a range that was at the same place before, and whose folder was deleted without `down --purge`: nobody has
 * their password any more. Data without a mark are of a version that wrote none.
 */
async function isOfAnother(context: RangeContext, dir: string): Promise<boolean> {
  const mark = await readFile(markOf(dir), 'utf8').catch(() => null)
  return mark !== null && mark !== ownerMark(context)
}

/**
 * After a power-off the lock of the former server is still there. PostgreSQL sees through it when nobody has its process id; but a
 * zombie that nobody collects has it, and so may a stranger after a reboot.
 */
async function removeStaleLock(dir: string): Promise<void> {
  const lock = path.join(dir, 'postmaster.pid')
  const pid = Number((await readFile(lock, 'utf8').catch(() => '')).split('\n')[0])
  if (!pid) return
  const stat = readStat(pid)
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  if (stat === null || stat.state === 'Z' || !command.includes(dir)) await rm(lock, { force: true })
}

/** Lets the database's user through to its folder, whatever the umask of who makes it. */
async function openWay(context: RangeContext, dir: string): Promise<void> {
  const roots = [path.resolve(context.dir), varLib]
  for (
    let folder = path.dirname(dir);
    roots.some((root) => folder === root || folder.startsWith(`${root}/`));
    folder = path.dirname(folder)
  )
    await chmod(folder, ((await stat(folder)).mode & 0o7777) | 0o011)
}

async function initialise(context: RangeContext, dir: string): Promise<void> {
  const user = unprivilegedUser('postgres')
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  if (user) await openWay(context, dir)
  await chmod(dir, 0o700)
  const passwordFile = `${dir}.password`
  await writeFile(passwordFile, context.config.passwords.postgres, { mode: 0o600 })
  if (user) {
    await chown(dir, user.uid, user.gid)
    await chown(passwordFile, user.uid, user.gid)
  }
  await run(
    path.join(context.binaries.postgresBin, 'initdb'),
    ['-D', dir, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C.UTF-8'],
    { cwd: '/', timeout: 120_000, env: cleanEnvironment(), ...runAs(user) },
  )
  await rm(passwordFile)
}

/** Copying an empty database takes a second, and on a busy disk as long as what else is written. */
const bootstrapTimeoutMs = 120_000

/** Makes the shop's database, and a role and a schema for each service that keeps something; idempotent. */
export async function bootstrap(context: RangeContext): Promise<void> {
  const admin = databaseUrl(context, 'postgres')
  await withClient(admin.replace(/\/shop$/, '/postgres'), bootstrapTimeoutMs, async (client) => {
    const { rowCount } = await client.query(`select 1 from pg_database where datname = 'shop'`)
    if (!rowCount) await client.query('create database shop')
    for (const role of schemaOwners) {
      const { rowCount: exists } = await client.query('select 1 from pg_roles where rolname = $1', [role])
      if (!exists) {
        const password = client.escapeLiteral(scramVerifier(context.config.passwords.postgres))
        await client.query(`create role ${client.escapeIdentifier(role)} login password ${password}`)
      }
    }
  })
  await withClient(admin, bootstrapTimeoutMs, async (client) => {
    await client.query('create extension if not exists pg_stat_statements')
    for (const role of schemaOwners) await client.query(`create schema if not exists ${role} authorization ${role}`)
  })
}

/** Gives a role another password, and ends its sessions, which began with the previous one. */
export async function setRolePassword(context: RangeContext, role: ServiceName, password: string): Promise<void> {
  await withClient(databaseUrl(context, 'postgres'), 15_000, async (client) => {
    await client.query(`alter role ${client.escapeIdentifier(role)} password ${client.escapeLiteral(scramVerifier(password))}`)
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [role])
  })
}

async function withClient(url: string, queryTimeoutMs: number, use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: Math.min(queryTimeoutMs, 30_000),
    query_timeout: queryTimeoutMs,
    options: administratorOptions,
  })
  await client.connect()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}
