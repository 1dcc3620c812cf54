import type { Engine } from './engine/engine.ts'

/** Maximum disk space of both tables together, compressed. */
const maxStoredBytes = 1024 * 1024 * 1024

/** The tables' own TTL limits the time; this limits the size: above it the oldest tenth is deleted, until it fits. */
export async function enforceSize(engine: Engine, maxBytes = maxStoredBytes): Promise<number> {
  const [stored] = await engine.query<{ bytes: string }>(
    `SELECT toString(sum(bytes_on_disk)) AS bytes FROM system.parts WHERE active AND database = currentDatabase() AND table IN ('otel_traces', 'otel_logs')`,
  )
  const bytes = Number(stored?.bytes ?? 0)
  if (bytes <= maxBytes) return bytes
  for (const table of ['otel_traces', 'otel_logs']) {
    const [range] = await engine.query<{ cutoff: string }>(
      `SELECT toString(quantile(0.1)(toUnixTimestamp(Timestamp))) AS cutoff FROM ${table}`,
    )
    const cutoff = Math.floor(Number(range?.cutoff ?? 0))
    if (cutoff > 0) await engine.execute(`ALTER TABLE ${table} DELETE WHERE toUnixTimestamp(Timestamp) <= ${cutoff}`)
  }
  return bytes
}
