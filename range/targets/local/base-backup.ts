import { execFile } from 'node:child_process'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { FiredrillError } from '../../../model/errors.ts'
import type { BaseBackup } from '../../../model/backups.ts'
import type { ProcessSpec } from '../../component.ts'
import type { RangeContext } from '../../context.ts'
import { runAs, unprivilegedUser } from '../../users.ts'
import { cleanEnvironment } from './process.ts'

const run = promisify(execFile)
const takesAtMostMs = 80_000
/** The application name with which WAL is streamed. */
export const archiver = 'pg_receivewal'
/** The replication slot that keeps WAL until the archive has it. */
export const slot = 'wal_archive'

/** Folders of the backups, the archive and the restored server. */
export interface BackupFolders {
  all: string
  base: string
  wal: string
  restored: string
}
/** Where backups are, below one folder. */
export const foldersIn = (all: string): BackupFolders => ({
  all,
  base: path.join(all, 'base'),
  wal: path.join(all, 'wal'),
  restored: path.join(all, 'restored'),
})

/** PostgreSQL's own programs find the password in their environment, which only their user can read. */
const access = (context: RangeContext): { PGPASSWORD: string } => ({ PGPASSWORD: context.config.passwords.postgres })
const connection = (context: RangeContext, name: string): string =>
  `host=127.0.0.1 port=${context.port('postgres')} user=postgres application_name=${name}`

/** `pg_receivewal`, which reconnects by itself after a restart of the server. */
export const archiverProcess = (context: RangeContext, { wal }: BackupFolders): ProcessSpec => ({
  file: path.join(context.binaries.postgresBin, 'pg_receivewal'),
  args: ['--dbname', connection(context, archiver), '--directory', wal, '--slot', slot, '--status-interval', '1', '--no-password'],
  env: access(context),
  user: 'postgres',
})

/** Runs a program as PostgreSQL's user; throws `component-failed` with the last line of its output. */
export async function runAsPostgres(file: string, args: string[], env: Record<string, string> = {}): Promise<void> {
  try {
    const options = { cwd: '/', timeout: takesAtMostMs, env: { ...cleanEnvironment(), ...env } }
    await run(file, args, { ...options, ...runAs(unprivilegedUser('postgres')) })
  } catch (error) {
    // Safe: `execFile` rejects with the program's output.
    const { stderr = '', message } = error as Error & { stderr?: string }
    const said = stderr.trim().split('\n').at(-1) || message
    throw new FiredrillError('component-failed', `${path.basename(file)}: ${said.replace(/^[\w-]+: /, '')}`, { cause: error })
  }
}

/** Makes a base backup in a folder with its name. Its WAL is in the archive. It does not survive a power cut: nothing is synced. */
export async function makeBaseBackup(context: RangeContext, { base }: BackupFolders, name: string): Promise<BaseBackup> {
  const folder = path.join(base, name)
  await runAsPostgres(
    path.join(context.binaries.postgresBin, 'pg_basebackup'),
    [
      '--dbname',
      connection(context, 'pg_basebackup'),
      '--pgdata',
      folder,
      '--checkpoint',
      'fast',
      '--wal-method',
      'none',
      '--no-sync',
      '--no-password',
    ],
    access(context),
  )
  const [, lsn = ''] = /^START WAL LOCATION: (\S+)/m.exec(readFileSync(path.join(folder, 'backup_label'), 'utf8')) ?? []
  return { name, endedAt: new Date().toISOString(), sizeBytes: bytesIn(folder), lsn, check: 'not-run', detail: null }
}

/** Verifies a backup with `pg_verifybackup`, which compares each file with the manifest. The WAL is not in it. */
export async function checkBaseBackup(
  context: RangeContext,
  { base }: BackupFolders,
  name: string,
): Promise<Pick<BaseBackup, 'check' | 'detail'>> {
  const verify = path.join(context.binaries.postgresBin, 'pg_verifybackup')
  return runAsPostgres(verify, ['--no-parse-wal', '--quiet', path.join(base, name)]).then(
    () => ({ check: 'passed', detail: null }),
    (error: Error) => ({ check: 'failed', detail: error.message }),
  )
}

/** The size of all files below; 0 if there is no such folder. Files that disappear meanwhile do not count. */
export function bytesIn(folder: string): number {
  let bytes = 0
  for (const { name, parentPath } of entriesOf(folder)) {
    const found = statSync(path.join(parentPath, name), { throwIfNoEntry: false })
    if (found?.isFile()) bytes += found.size
  }
  return bytes
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
  } catch {
    return []
  }
}
