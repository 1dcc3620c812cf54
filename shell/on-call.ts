import { createHmac } from 'node:crypto'
import http from 'node:http'
import type { Range } from '../model/range.ts'
import { schemaOwners } from '../shop/contract.ts'
import { scramVerifier } from '../range/components/scram.ts'
import type { RangeContext } from '../range/context.ts'

/** The name of the on-call role in the shop's datastores. */
export const onCall = 'oncall'
const answerWithinMs = 5_000

/** Derived, so that it is the same for every session of a range, and reveals none of the shop's own. */
export const onCallPassword = ({ config }: Pick<RangeContext, 'config'>, of: 'postgres' | 'rabbitmq'): string =>
  createHmac('sha256', `${config.id} ${config.passwords[of]}`).update(onCall).digest('hex').slice(0, 24)

/** Creates the on-call role in the datastores that are up; idempotent. Each is independent, and one that is down is left for the next time. */
export async function admitOnCall(context: RangeContext, range: Range): Promise<void> {
  await Promise.allSettled([admitToDatabase(context, range), admitToBroker(context)])
}

/**
 * Sees every session and all statistics, reads and changes what the services own, and may end any client's session. Maintenance jobs run as the
 * administrator, whose sessions PostgreSQL lets nobody else end; so functions with the names of PostgreSQL's own are placed before them.
 */
async function admitToDatabase(context: RangeContext, { database }: Range): Promise<void> {
  // Safe in SQL: base64, with characters that are allowed in a literal.
  const password = scramVerifier(onCallPassword(context, 'postgres'))
  const ending = (name: string) => `create or replace function oncall.${name}(pid integer) returns boolean language sql security definer
    set search_path = pg_catalog as $$ select pg_catalog.${name}(a.pid) from pg_stat_activity a
      where a.pid = $1 and a.datname = 'shop' and a.backend_type = 'client backend' and a.application_name not in ('firedrill', 'firedrill-probe') $$`
  const { length: known } = await database.query(`select 1 from pg_roles where rolname = '${onCall}'`)
  for (const statement of [
    ...(known === 0 ? [`create role ${onCall}`] : []),
    `alter role ${onCall} login connection limit 20 password '${password}'`,
    `grant pg_monitor, pg_read_all_data, pg_signal_backend, pg_checkpoint, ${schemaOwners.join(', ')} to ${onCall}`,
    `create schema if not exists oncall`,
    ...['pg_terminate_backend', 'pg_cancel_backend'].map(ending),
    `grant usage on schema oncall to ${onCall}`,
    `revoke execute on all functions in schema oncall from public`,
    `grant execute on all functions in schema oncall to ${onCall}`,
    `alter role ${onCall} set search_path = oncall, pg_catalog, public, ${schemaOwners.join(', ')}`,
  ])
    await database.query(statement)
}

/** May read everything, and change queues, bindings and policies. */
async function admitToBroker(context: RangeContext): Promise<void> {
  const put = (path: string, body: object) =>
    new Promise<void>((resolve, reject) => {
      const request = http.request(
        {
          host: '127.0.0.1',
          port: context.port('rabbitmqManagement'),
          method: 'PUT',
          path,
          agent: false,
          auth: `shop:${context.config.passwords.rabbitmq}`,
          headers: { 'content-type': 'application/json' },
          signal: AbortSignal.timeout(answerWithinMs),
        },
        (answer) => {
          answer.resume()
          answer.once('close', () => ((answer.statusCode ?? 500) < 300 ? resolve() : reject(new Error(`${path}: ${answer.statusCode}`))))
        },
      )
      request.once('error', reject)
      request.end(JSON.stringify(body))
    })
  await put(`/api/users/${onCall}`, { password: onCallPassword(context, 'rabbitmq'), tags: 'monitoring,policymaker' })
  await put(`/api/permissions/%2F/${onCall}`, { configure: '.*', write: '.*', read: '.*' })
}
