import type { ApiClient } from '../model/client.ts'
import { FiredrillError } from '../model/errors.ts'
import { isReadOff, type ReadOff } from '../model/read-off.ts'

/** Logs have milliseconds, and a moment earlier is precise enough. */
const beforeLossMs = 200
const mostLines = 2_000

const readings: Readonly<Record<ReadOff, (client: ApiClient) => Promise<unknown>>> = {
  $blocker: blocker,
  '$before-loss': beforeLoss,
  '$checked-backup': checkedBackup,
}

/** The parameters of a solution, including those that a responder would read from the range. Throws `not-found` if the range does not show one. */
export async function readOff(client: ApiClient, params: Record<string, unknown>): Promise<Record<string, unknown>> {
  const read = Object.entries(params).map(
    async ([name, value]) => [name, isReadOff(value) ? await readings[value](client) : value] as const,
  )
  return Object.fromEntries(await Promise.all(read))
}

const rowsOf = async (client: ApiClient, action: string) =>
  (await client.post('/api/actions/:id', { id: action, body: { params: {} } })).rows ?? []

/** The session that blocks others and is not blocked itself. */
async function blocker(client: ApiClient): Promise<unknown> {
  const rows = await rowsOf(client, 'list-sessions')
  const blockers = new Set(rows.flatMap((row) => String(row['blocked_by'] ?? '').split(', ')))
  return rows.find((row) => blockers.has(String(row['pid'])) && row['blocked_by'] === null)?.['pid'] ?? 0
}

/** A moment before the first statement that the database logged since its first backup. */
async function beforeLoss(client: ApiClient): Promise<string> {
  const [oldest] = await rowsOf(client, 'list-backups')
  const from = Date.parse(String(oldest?.['restores_from'] ?? ''))
  const { logs } = await client.get('/api/telemetry/logs', { query: { service: 'postgres', text: 'statement: ', from, limit: mostLines } })
  const times = logs.filter(({ body }) => /^statement: (delete|update|insert|truncate)/.test(body)).map(({ timeMs }) => timeMs)
  if (times.length === 0) throw new FiredrillError('not-found', 'the log of PostgreSQL has no statement that changed data')
  return new Date(Math.min(...times) - beforeLossMs).toISOString()
}

async function checkedBackup(client: ApiClient): Promise<unknown> {
  return (await rowsOf(client, 'list-backups')).findLast((row) => row['check'] === 'passed')?.['backup']
}
