import path from 'node:path'
import { defineComponent } from '../component.ts'
import { httpReady } from '../readiness/http.ts'

export const locust = defineComponent({
  name: 'locust',
  title: 'Locust',
  role: 'load',
  ports: { http: 'locust' },
  calls: ['gateway'],
  process: (context) => ({
    file: context.binaries.locust,
    args: [
      ...['-f', path.join(context.root, 'load', 'locustfile.py'), '--otel', '--autostart', '--skip-log'],
      ...['--host', `http://127.0.0.1:${context.port('gateway-inbound')}`],
      ...['--users', String(context.config.users), '--spawn-rate', '10'],
      ...['--web-host', '127.0.0.1', '--web-port', String(context.port('locust')), '--web-base-path', '/locust'],
    ],
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
  readiness: (context) => httpReady(`http://127.0.0.1:${context.port('locust')}/locust/metrics`),
  stop: { signal: 'SIGTERM', deadlineMs: 8_000 },
  startDeadlineMs: 60_000,
  metrics: { port: 'locust', path: '/locust/metrics' },
  logs: { format: 'plain' },
})
