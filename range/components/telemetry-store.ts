import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { defineComponent, gentle } from '../component.ts'
import { configDir, dataDir } from '../context.ts'
import { httpReady } from '../readiness/http.ts'

const program = 'observability/store/main.ts'
const allocator = 'narenas:2,dirty_decay_ms:500,muzzy_decay_ms:0'

export const telemetryStore = defineComponent({
  name: 'telemetry-store',
  title: 'Telemetry store',
  role: 'observability',
  ports: { http: 'telemetryStore' },
  calls: [],
  prepare: async (context) => void (await mkdir(dataDir(context, 'telemetry-store'), { recursive: true })),
  program,
  process: (context) => ({
    file: context.binaries.node,
    args: [path.join(context.root, program)],
    program,
    cwd: context.root,
    env: {
      NODE_OPTIONS: '--max-old-space-size=512 --max-semi-space-size=4',
      // Makes ClickHouse's allocator return unused memory immediately and keep few arenas: a training range is short of memory.
      MALLOC_CONF: allocator,
      JE_MALLOC_CONF: allocator,
      MALLOC_ARENA_MAX: '2',
      // Makes Node's own allocator, which held 30 MB after forty minutes, return the memory of large requests.
      MALLOC_MMAP_THRESHOLD_: '131072',
      MALLOC_TRIM_THRESHOLD_: '65536',
      MALLOC_TOP_PAD_: '65536',
      // A thread for each concurrent query, and one for inserts: none waits for another.
      UV_THREADPOOL_SIZE: '10',
      HOST: '127.0.0.1',
      PORT: String(context.port('telemetryStore')),
      STORE_DATA_DIR: dataDir(context, 'telemetry-store'),
      STORE_LOG_SOURCES: path.join(configDir(context, 'telemetry-store'), 'log-sources.json'),
      ...(context.config.clickhouseUrl ? { CLICKHOUSE_URL: context.config.clickhouseUrl } : {}),
    },
  }),
  readiness: (context) => httpReady(`http://127.0.0.1:${context.port('telemetryStore')}/ready`),
  stop: gentle,
  startDeadlineMs: 60_000,
  metrics: { port: 'telemetryStore', path: '/metrics' },
  logs: { format: 'plain' },
})
