import type { ComponentName } from '../../model/components.ts'
import { defineComponent, gentle, type Component, type ProcessSpec } from '../component.ts'
import type { PortName, RangeContext } from '../context.ts'
import { httpReady } from '../readiness/http.ts'
import { databaseUrl } from './service.ts'

function defineExporter(
  name: ComponentName,
  title: string,
  port: PortName,
  calls: ComponentName[],
  process: (context: RangeContext, address: string) => ProcessSpec,
): Component {
  return defineComponent({
    name,
    title,
    role: 'observability',
    ports: { http: port },
    calls,
    process: (context) => process(context, `127.0.0.1:${context.port(port)}`),
    readiness: (context) => httpReady(`http://127.0.0.1:${context.port(port)}/`),
    stop: gentle,
    startDeadlineMs: 20_000,
    metrics: { port, path: '/metrics' },
    logs: { format: 'logfmt' },
  })
}

export const postgresExporter = defineExporter(
  'postgres-exporter',
  'PostgreSQL exporter',
  'postgresExporter',
  ['postgres'],
  (context, address) => ({
    file: context.binaries.postgresExporter,
    args: [`--web.listen-address=${address}`, '--disable-settings-metrics'],
    env: { DATA_SOURCE_NAME: `${databaseUrl(context, 'postgres')}?sslmode=disable&application_name=postgres_exporter` },
  }),
)

export const redisExporter = defineExporter('redis-exporter', 'Redis exporter', 'redisExporter', ['redis'], (context, address) => ({
  file: context.binaries.redisExporter,
  args: [`-web.listen-address=${address}`, `-redis.addr=redis://127.0.0.1:${context.port('redis')}`],
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
