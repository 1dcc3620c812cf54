import path from 'node:path'
import { defineComponent } from '../component.ts'
import type { RangeContext } from '../context.ts'
import { httpReady } from '../readiness/http.ts'
import { tcpReady } from '../readiness/tcp.ts'

/** Alone; as the master of this and other hosts; or as a worker host, with a process for each core. */
function commandOf({ binaries, root, config: { placement, users }, port }: RangeContext): { file: string; args: string[] } {
  const file = path.join(root, 'load', 'locustfile.py')
  const steered = [
    '--autostart',
    '--host',
    `http://127.0.0.1:${port('gateway-inbound')}`,
    '--users',
    String(users),
    '--spawn-rate',
    '10',
    '--web-host',
    '127.0.0.1',
    '--web-port',
    String(port('locust')),
    '--web-base-path',
    '/locust',
  ]
  const spread = (workers: number, master: string[]) => ({
    file: binaries.python,
    args: [
      path.join(root, 'load', 'spread.py'),
      '--locust',
      binaries.locust,
      '--file',
      file,
      '--workers',
      String(workers),
      '--port',
      String(port('locustMaster')),
      ...master,
    ],
  })
  if (placement.role === 'load') return spread(0, [])
  if (placement.role === 'observability' && placement.loadHosts) return spread(1, steered)
  return { file: binaries.locust, args: ['-f', file, '--otel', '--skip-log', ...steered] }
}

export const locust = defineComponent({
  name: 'locust',
  title: 'Locust',
  role: 'load',
  ports: { http: 'locust' },
  calls: ['gateway'],
  process: (context) => ({
    ...commandOf(context),
    env: {
      PYTHONUNBUFFERED: '1',
      OTEL_SERVICE_NAME: 'locust',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${context.port('telemetryStore')}`,
      OTEL_BSP_SCHEDULE_DELAY: '1000',
    },
  }),
  readiness: (context) =>
    // A worker serves nothing; it retries until its master is up.
    context.config.placement.role === 'load'
      ? tcpReady(context.port('locustMaster'))
      : httpReady(`http://127.0.0.1:${context.port('locust')}/locust/metrics`),
  stop: { signal: 'SIGTERM', deadlineMs: 8_000 },
  startDeadlineMs: 60_000,
  metrics: { port: 'locust', path: '/locust/metrics' },
  logs: { format: 'plain' },
})
