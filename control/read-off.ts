import { FiredrillError } from '../model/errors.ts'
import { isReadOff, type ReadOff } from '../model/read-off.ts'
import type { LogLine } from '../model/telemetry.ts'
import type { Client } from './verify.ts'

/** A log has milliseconds, and a moment before is soon enough. */
const beforeLossMs = 200
const mostLines = 2_000

const readings: Readonly<Record<ReadOff, (client: Client) => Promise<unknown>>> = {
  $blocker: blocker,
  '$before-loss': beforeLoss,
  '$checked-backup': checkedBackup,
}

/** The parameters of a solution with what they leave to be read off the range, as a responder does it. Throws `not-found` where the range does not show it. */
export async function readOff(client: Client, params: Record<string, unknown>): Promise<Record<string, unknown>> {
  const read = Object.entries(params).map(
    async ([name, value]) => [name, isReadOff(value) ? await readings[value](client) : value] as const,
  )
  return Object.fromEntries(await Promise.all(read))
}

const rowsOf = async (client: Client, action: string) =>
  (await client.post<{ rows: Record<string, unknown>[] }>(`/api/actions/${action}`, { params: {} })).rows

/** Who blocks others and is blocked by none, in the list of sessions. */
async function blocker(client: Client): Promise<unknown> {
  const rows = await rowsOf(client, 'list-sessions')
  const blockers = new Set(rows.flatMap((row) => String(row['blocked_by'] ?? '').split(', ')))
  return rows.find((row) => blockers.has(String(row['pid'])) && row['blocked_by'] === null)?.['pid'] ?? 0
}

/** A moment before the first statement that the database logged since its first backup. */
async function beforeLoss(client: Client): Promise<string> {
  const [oldest] = await rowsOf(client, 'list-backups')
  const from = String(Date.parse(String(oldest?.['restores_from'] ?? '')))
  const query = new URLSearchParams({ service: 'postgres', text: 'statement: ', from, limit: String(mostLines) })
  const { logs } = await client.get<{ logs: Pick<LogLine, 'timeMs' | 'body'>[] }>(`/api/telemetry/logs?${query}`)
  const times = logs.filter(({ body }) => /^statement: (delete|update|insert|truncate)/.test(body)).map(({ timeMs }) => timeMs)
  if (times.length === 0) throw new FiredrillError('not-found', 'the log of PostgreSQL has no statement that changed data')
  return new Date(Math.min(...times) - beforeLossMs).toISOString()
}

async function checkedBackup(client: Client): Promise<unknown> {
  return (await rowsOf(client, 'list-backups')).findLast((row) => row['check'] === 'passed')?.['backup']
}
