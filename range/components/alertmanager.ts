import { rm } from 'node:fs/promises'
import path from 'node:path'
import { defineComponent, gentle } from '../component.ts'
import { configDir, dataDir } from '../context.ts'
import { httpReady } from '../readiness/http.ts'

export const alertmanager = defineComponent({
  name: 'alertmanager',
  title: 'Alertmanager',
  role: 'observability',
  ports: { http: 'alertmanager' },
  calls: ['control'],
  // Its record of sent notifications is saved every 15 minutes: after a power cut it could suppress a page that nobody received. A duplicate is
  // better. Silences are kept.
  prepare: async (context) => rm(path.join(dataDir(context, 'alertmanager'), 'nflog'), { force: true }),
  process: (context) => ({
    file: context.binaries.alertmanager,
    args: [
      `--config.file=${path.join(configDir(context, 'alertmanager'), 'alertmanager.yml')}`,
      `--storage.path=${dataDir(context, 'alertmanager')}`,
      `--web.listen-address=127.0.0.1:${context.port('alertmanager')}`,
      `--web.external-url=http://127.0.0.1:${context.port('control')}/alertmanager/`,
      '--cluster.listen-address=',
      '--data.retention=24h',
    ],
    env: { GOGC: '60' },
  }),
  readiness: (context) => httpReady(`http://127.0.0.1:${context.port('alertmanager')}/alertmanager/-/ready`),
  stop: gentle,
  startDeadlineMs: 20_000,
  metrics: { port: 'alertmanager', path: '/alertmanager/metrics' },
  logs: { format: 'logfmt' },
})
