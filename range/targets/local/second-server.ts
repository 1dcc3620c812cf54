import { chownSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import { administratorOptions } from '../../administrator.ts'
import type { ProcessSpec } from '../../component.ts'
import type { PortName, RangeContext } from '../../context.ts'
import { unprivilegedUser } from '../../users.ts'

const queryTimeoutMs = 20_000

/** Configures a copy of the shop's database for a server of its own. `signal` names the file that tells PostgreSQL to recover, or to follow. */
export function configureCopy(
  folder: string,
  settings: Readonly<Record<string, string>>,
  signal: 'recovery.signal' | 'standby.signal',
): void {
  const user = unprivilegedUser('postgres')
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'`)
  const files = {
    'postgresql.conf': `${lines.join('\n')}\n`,
    // Settings made with `alter system` on the live server do not apply to this one.
    'postgresql.auto.conf': '',
    [signal]: '',
  }
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name)
    writeFileSync(file, content, { mode: 0o600 })
    if (user) chownSync(file, user.uid, user.gid)
  }
}

/** How a server on such a copy is started, by the user of the live one. */
export const copyProcess = (context: RangeContext, folder: string): ProcessSpec => ({
  file: path.join(context.binaries.postgresBin, 'postgres'),
  args: ['-D', folder],
  env: {},
  user: 'postgres',
})

/** The rows of a statement, over a connection of its own. `what` names the server. Throws `component-unreachable` with what it refuses it for. */
export async function askCopy<Row extends Record<string, unknown>>(
  context: RangeContext,
  { port, what }: { port: PortName; what: string },
  sql: string,
  params: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: context.port(port),
    user: 'postgres',
    password: context.config.passwords.postgres,
    database: 'shop',
    connectionTimeoutMillis: 5e3,
    query_timeout: queryTimeoutMs,
    application_name: 'firedrill',
    options: administratorOptions,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query<Row>(sql, params)).rows
  } catch (error) {
    throw new FiredrillError('component-unreachable', `${what}: ${describeError(error)}`, { cause: error })
  } finally {
    await client.end().catch(() => {})
  }
}

/** How much a server has printed so far, in bytes. */
export const logSize = (log: string): number => statSync(log, { throwIfNoEntry: false })?.size ?? 0

/** What a server has printed since then: all lines, and its first error, because later ones say only that it ended. */
export function printedSince(log: string, from: number): { lines: string[]; error: string | undefined } {
  const lines = existsSync(log) ? readFileSync(log).subarray(from).toString('utf8').split('\n') : []
  return { lines, error: lines.flatMap((line) => /(?:FATAL|PANIC|ERROR): +(.*)$/.exec(line)?.[1] ?? [])[0] }
}
