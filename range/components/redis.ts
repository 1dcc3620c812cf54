import { mkdir } from 'node:fs/promises'
import { defineComponent, gentle } from '../component.ts'
import { dataDir } from '../context.ts'
import { tcpReady } from '../readiness/tcp.ts'

/** Only a cache: no persistence, bounded memory, the least recently used keys are evicted first. */
export const redis = defineComponent({
  name: 'redis',
  title: 'Redis',
  role: 'datastore',
  ports: { redis: 'redis' },
  calls: [],
  prepare: async (context) => void (await mkdir(dataDir(context, 'redis'), { recursive: true })),
  process: (context) => ({
    file: context.binaries.redisServer,
    args: [
      '--bind',
      context.listen,
      '--port',
      String(context.port('redis')),
      '--dir',
      dataDir(context, 'redis'),
      '--save',
      '',
      '--appendonly',
      'no',
      '--maxmemory',
      '64mb',
      '--maxmemory-policy',
      'allkeys-lru',
      '--slowlog-log-slower-than',
      '5000',
      '--daemonize',
      'no',
      '--set-proc-title',
      'no',
    ],
    env: {},
  }),
  readiness: (context) => tcpReady(context.port('redis'), { send: 'PING\r\n', expect: '+PONG' }),
  stop: gentle,
  startDeadlineMs: 20_000,
  logs: { format: 'redis' },
})
