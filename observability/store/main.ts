import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { chdbEngine } from './engine/chdb.ts'
import { clickhouseEngine } from './engine/clickhouse.ts'
import { followLogs, type LogSink, logSources } from './filelog/tail.ts'
import { writeLogEntry } from './otlp/logs.ts'
import { enforceSize } from './retention.ts'
import { createTables } from './schema.ts'
import { createStoreServer } from './server.ts'

const config = z
  .object({
    HOST: z.string().default('127.0.0.1'),
    PORT: z.coerce.number().int(),
    STORE_DATA_DIR: z.string(),
    STORE_LOG_SOURCES: z.string().optional(),
    STORE_RETENTION_HOURS: z.coerce.number().int().min(1).default(6),
    CLICKHOUSE_URL: z.url().optional(),
  })
  .parse(process.env)

mkdirSync(config.STORE_DATA_DIR, { recursive: true })
const engine = config.CLICKHOUSE_URL ? clickhouseEngine(config.CLICKHOUSE_URL) : chdbEngine(path.join(config.STORE_DATA_DIR, 'chdb'))
for (const statement of createTables({ hours: config.STORE_RETENTION_HOURS })) await engine.execute(statement)

const { app, intake } = createStoreServer(engine, undefined, {
  spool: path.join(config.STORE_DATA_DIR, 'spool'),
  retentionHours: config.STORE_RETENTION_HOURS,
})
const sink: LogSink = {
  offer: (entries) =>
    intake.take('otel_logs', (batch) => {
      for (const entry of entries) writeLogEntry(entry, batch)
    }),
}
const sources =
  config.STORE_LOG_SOURCES && existsSync(config.STORE_LOG_SOURCES)
    ? logSources.parse(JSON.parse(readFileSync(config.STORE_LOG_SOURCES, 'utf8')))
    : []
const logs = followLogs(sources, sink, path.join(config.STORE_DATA_DIR, 'log-positions.json'))
const retention = setInterval(() => {
  enforceSize(engine).catch((error: unknown) => process.stderr.write(`retention failed: ${String(error)}\n`))
}, 60_000)

await app.listen({ host: config.HOST, port: config.PORT })
process.stdout.write(`telemetry store (${engine.name}) listens on ${config.PORT}\n`)

async function stop(): Promise<void> {
  clearInterval(retention)
  logs.stop()
  await app.close()
  await intake.stop()
  await engine.close()
  process.exit(0)
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())
