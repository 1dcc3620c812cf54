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

/** Settings of the server. */
export const postgresSettings = (context: RangeContext): Record<string, string> => ({
  listen_addresses: context.listen,
  port: String(context.port('postgres')),
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '24MB',
  // Nothing is replicated here, and replication would start a process.
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

/** PostgreSQL refuses to run as root, so for root the data belong to the package's own user. */
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

/** The range's own folder, or one in /var/lib if the database's user cannot reach that. */
export function postgresDataDir(context: RangeContext): string {
  const own = dataDir(context, 'postgres')
  const user = unprivilegedUser('postgres')
  if (!user) return own
  const elsewhere = path.join(varLib, context.config.id, 'postgres')
  // Once chosen, it stays. Permissions of the range's own folder are opened only as far as needed.
  if (existsSync(path.join(elsewhere, 'PG_VERSION'))) return elsewhere
  return user.canTraverse(path.dirname(path.resolve(context.dir))) ? own : elsewhere
}

const markOf = (dir: string): string => `${dir}.owner`

/** What identifies a range: its password, which is created with it. */
const ownerMark = (context: RangeContext): string => createHash('sha256').update(context.config.passwords.postgres).digest('hex')

/**
 * Whether the data are from an earlier range at the same place, whose folder was deleted without `down --purge`: their password is lost. Data without
 * a mark are from a version that wrote none.
 */
async function isOfAnother(context: RangeContext, dir: string): Promise<boolean> {
  const mark = await readFile(markOf(dir), 'utf8').catch(() => null)
  return mark !== null && mark !== ownerMark(context)
}

/**
 * After a power cut the lock file of the previous server still exists. PostgreSQL ignores it if no process has its pid; but an unreaped zombie may
 * have it, or after a reboot an unrelated process.
 */
async function removeStaleLock(dir: string): Promise<void> {
  const lock = path.join(dir, 'postmaster.pid')
  const pid = Number((await readFile(lock, 'utf8').catch(() => '')).split('\n')[0])
  if (!pid) return
  const stat = readStat(pid)
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  if (stat === null || stat.state === 'Z' || !command.includes(dir)) await rm(lock, { force: true })
}

/** Gives the database's user access to its folder, whatever the creator's umask is. */
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

/** Creating a database by copying takes a second, and longer on a busy disk. */
const bootstrapTimeoutMs = 120_000

/** Creates the shop's database, and a role and a schema for each service that stores data; idempotent. */
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

/** Changes a role's password, and ends its sessions, which began with the previous one. */
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
