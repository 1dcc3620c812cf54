import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { stringify } from 'yaml'
import type { ComponentName } from '../../model/components.ts'
import { defineComponent, gentle, type Component, type ProcessSpec } from '../component.ts'
import { configDir, type PortName, type RangeContext } from '../context.ts'
import { httpReady } from '../readiness/http.ts'
import { databaseUrl, redisUrl } from './service.ts'
import { schemaOwners } from '../../shop/contract.ts'

function defineExporter(
  name: ComponentName,
  title: string,
  port: PortName,
  calls: ComponentName[],
  process: (context: RangeContext, address: string) => ProcessSpec,
  prepare?: (context: RangeContext) => Promise<void>,
): Component {
  return defineComponent({
    name,
    title,
    role: 'observability',
    ports: { http: port },
    calls,
    ...(prepare ? { prepare } : {}),
    process: (context) => process(context, `${context.listen}:${context.port(port)}`),
    readiness: (context) => httpReady(`http://127.0.0.1:${context.port(port)}/`),
    stop: gentle,
    startDeadlineMs: 20_000,
    metrics: { port, path: '/metrics' },
    logs: { format: 'logfmt' },
  })
}

const queriesFile = (context: RangeContext): string => path.join(configDir(context, 'postgres-exporter'), 'queries.yaml')

const owners = schemaOwners.map((owner) => `'${owner}'`).join(', ')

/** Metrics that the exporter lacks by default: slow statements (without the comment with their trace), lock waits, and dead rows of tables. */
export const postgresQueries = {
  pg_statement: {
    query: `select left(regexp_replace(regexp_replace(query, '/[*].*', ''), '\\s+', ' ', 'g'), 56) as statement, sum(total_exec_time) / 1000 as seconds_total, sum(calls) as calls_total
      from pg_stat_statements s join pg_database d on d.oid = s.dbid and d.datname = 'shop' join pg_roles r on r.oid = s.userid
      where r.rolname in (${owners})
      group by 1 order by 2 desc limit 12`,
    cache_seconds: 5,
    metrics: [
      { statement: { usage: 'LABEL', description: 'The statement, without its values' } },
      { seconds_total: { usage: 'COUNTER', description: 'Time spent in it' } },
      { calls_total: { usage: 'COUNTER', description: 'How often it ran' } },
    ],
  },
  pg_connections: {
    query: `select setting::int as "limit" from pg_settings where name = 'max_connections'`,
    cache_seconds: 30,
    metrics: [{ limit: { usage: 'GAUGE', description: 'Connections that the server takes' } }],
  },
  pg_waiting: {
    query: `select coalesce(wait_event_type, 'running') as waits_for, count(*) as sessions from pg_stat_activity
      where datname = 'shop' and state = 'active' and pid <> pg_backend_pid() group by 1`,
    metrics: [
      { waits_for: { usage: 'LABEL', description: 'Type of the wait event' } },
      { sessions: { usage: 'GAUGE', description: 'Active sessions' } },
    ],
  },
  pg_table: {
    query: `select schemaname || '.' || relname as name, n_dead_tup as dead_rows, n_live_tup as live_rows, seq_tup_read as scanned_rows_total
      from pg_stat_user_tables where schemaname in (${owners})`,
    cache_seconds: 5,
    metrics: [
      { name: { usage: 'LABEL', description: 'Schema and table' } },
      { dead_rows: { usage: 'GAUGE', description: 'Rows that nobody sees any more and that take room' } },
      { live_rows: { usage: 'GAUGE', description: 'Rows' } },
      { scanned_rows_total: { usage: 'COUNTER', description: 'Rows read without an index' } },
    ],
  },
}

export const postgresExporter = defineExporter(
  'postgres-exporter',
  'PostgreSQL exporter',
  'postgresExporter',
  ['postgres'],
  (context, address) => ({
    file: context.binaries.postgresExporter,
    args: [`--web.listen-address=${address}`, '--disable-settings-metrics', `--extend.query-path=${queriesFile(context)}`],
    env: { DATA_SOURCE_NAME: `${databaseUrl(context, 'postgres')}?sslmode=disable&application_name=postgres_exporter` },
  }),
  async (context) => {
    await mkdir(path.dirname(queriesFile(context)), { recursive: true })
    await writeFile(queriesFile(context), stringify(postgresQueries))
  },
)

export const redisExporter = defineExporter('redis-exporter', 'Redis exporter', 'redisExporter', ['redis'], (context, address) => ({
  file: context.binaries.redisExporter,
  args: [`-web.listen-address=${address}`, `-redis.addr=${redisUrl(context)}`],
  env: {},
}))

export const nodeExporter = defineExporter('node-exporter', 'Host exporter', 'nodeExporter', [], (context, address) => ({
  file: context.binaries.nodeExporter,
  args: [
    `--web.listen-address=${address}`,
    '--collector.disable-defaults',
    ...['cpu', 'loadavg', 'meminfo', 'diskstats', 'filesystem', 'netdev', 'pressure'].map((name) => `--collector.${name}`),
  ],
  env: {},
}))
