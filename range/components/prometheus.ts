import path from 'node:path'
import { defineComponent, gentle } from '../component.ts'
import { configDir, dataDir } from '../context.ts'
import { httpReady } from '../readiness/http.ts'

export const prometheus = defineComponent({
  name: 'prometheus',
  title: 'Prometheus',
  role: 'observability',
  ports: { http: 'prometheus' },
  calls: ['alertmanager'],
  process: (context) => ({
    file: context.binaries.prometheus,
    args: [
      `--config.file=${path.join(configDir(context, 'prometheus'), 'prometheus.yml')}`,
      `--storage.tsdb.path=${dataDir(context, 'prometheus')}`,
      '--storage.tsdb.retention.time=12h',
      '--storage.tsdb.retention.size=512MB',
      '--enable-feature=exemplar-storage',
      '--web.enable-lifecycle',
      '--query.timeout=10s',
      // Alerts of a removed rule count as resolved after four times this.
      ...(context.config.profile === 'drill' ? ['--rules.alert.resend-delay=3s'] : []),
      `--web.listen-address=127.0.0.1:${context.port('prometheus')}`,
      `--web.external-url=http://127.0.0.1:${context.port('control')}/prometheus/`,
      '--log.format=logfmt',
    ],
    env: { GOMEMLIMIT: '256MiB', GOGC: '60' },
  }),
  readiness: (context) => httpReady(`http://127.0.0.1:${context.port('prometheus')}/prometheus/-/ready`),
  stop: gentle,
  startDeadlineMs: 30_000,
  metrics: { port: 'prometheus', path: '/prometheus/metrics' },
  logs: { format: 'logfmt' },
})
