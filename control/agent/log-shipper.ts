import { setTimeout as delay } from 'node:timers/promises'
import type { LogSink } from '../../observability/store/filelog/tail.ts'
import type { LogEntry } from '../../observability/store/otlp/logs.ts'

/** Maximum number of bytes that wait; the files keep the rest. */
const roomBytes = 4 * 1024 * 1024

/** Approximate size of a line as it is sent, in bytes. */
const sizeOf = ({ body, attributes }: LogEntry): number => 200 + body.length + JSON.stringify(attributes).length

/**
 * Sends lines to a remote store, as OTLP. Failed requests are retried; while the buffer is full, no lines are accepted, and the reader of the files
 * waits.
 */
export function logShipper(url: string): LogSink {
  let waiting: LogEntry[] = []
  let bytes = 0
  let sending = false

  async function send(): Promise<void> {
    if (sending) return
    sending = true
    while (waiting.length > 0) {
      const batch = waiting.slice(0, 2_000)
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(otlp(batch)),
        signal: AbortSignal.timeout(10_000),
      }).catch(() => null)
      await response?.arrayBuffer().catch(() => null)
      if (response?.ok || isFinal(response?.status)) {
        if (!response?.ok) process.stderr.write(`logs: the store refused ${batch.length} lines: HTTP ${response?.status}\n`)
        waiting = waiting.slice(batch.length)
        bytes -= batch.reduce((sum, entry) => sum + sizeOf(entry), 0)
      } else await delay(1_000)
    }
    sending = false
  }

  return {
    offer(entries) {
      const size = entries.reduce((sum, entry) => sum + sizeOf(entry), 0)
      if (bytes + size > roomBytes && bytes > 0) return false
      waiting.push(...entries)
      bytes += size
      void send()
      return true
    },
  }
}

/** Rejected because of its content, so a retry would fail too. A store that is full, slow or down accepts it later. */
const isFinal = (status = 0): boolean => status >= 400 && status < 500 && status !== 408 && status !== 429

/** Lines as an OTLP request (opentelemetry.proto.collector.logs.v1). */
function otlp(entries: readonly LogEntry[]) {
  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } })
  return {
    resourceLogs: [...Map.groupBy(entries, ({ service }) => service)].map(([service, lines]) => ({
      resource: { attributes: [attribute('service.name', service)] },
      scopeLogs: [
        {
          logRecords: lines.map((line) => ({
            timeUnixNano: String(BigInt(Math.round(line.timeMs * 1_000)) * 1_000n),
            severityText: line.severityText,
            severityNumber: line.severityNumber,
            body: { stringValue: line.body },
            attributes: Object.entries(line.attributes).map(([key, value]) => attribute(key, value)),
            ...(line.traceId ? { traceId: line.traceId, spanId: line.spanId } : {}),
          })),
        },
      ],
    })),
  }
}
