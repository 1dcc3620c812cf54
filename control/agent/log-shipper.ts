import type { Intake } from '../../observability/store/intake.ts'

/** As many bytes wait at most; the files keep the rest. */
const roomBytes = 4 * 1024 * 1024

/**
 * Takes rows as the store's intake does, and sends them to a store elsewhere, as OTLP. What could not be sent is sent again; while there is no
 * room for more, nothing is taken, and who reads the files waits.
 */
export function logShipper(url: string): Pick<Intake, 'offer'> {
  let waiting: string[] = []
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
      // Refused for what it is: it would be refused again.
      if (response?.ok || response?.status === 400) {
        waiting = waiting.slice(batch.length)
        bytes -= batch.reduce((sum, row) => sum + row.length, 0)
      } else await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
    sending = false
  }

  return {
    offer(_table, rows) {
      const size = rows.reduce((sum, row) => sum + row.length, 0)
      if (bytes + size > roomBytes && bytes > 0) return false
      waiting.push(...rows)
      bytes += size
      void send()
      return true
    },
  }
}

interface Row {
  Timestamp: string
  TraceId: string
  SpanId: string
  TraceFlags: number
  SeverityText: string
  SeverityNumber: number
  ServiceName: string
  Body: string
  LogAttributes: Record<string, string>
}

/** Rows of `otel_logs` as an OTLP request (opentelemetry.proto.collector.logs.v1). */
function otlp(rows: readonly string[]) {
  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } })
  const services = Map.groupBy(
    // Safe: made by `logRow`.
    rows.map((row) => JSON.parse(row) as Row),
    ({ ServiceName }) => ServiceName,
  )
  return {
    resourceLogs: [...services].map(([service, lines]) => ({
      resource: { attributes: [attribute('service.name', service)] },
      scopeLogs: [
        {
          logRecords: lines.map((line) => ({
            timeUnixNano: nanoseconds(line.Timestamp),
            severityText: line.SeverityText,
            severityNumber: line.SeverityNumber,
            body: { stringValue: line.Body },
            attributes: Object.entries(line.LogAttributes ?? {}).map(([key, value]) => attribute(key, value)),
            ...(line.TraceId ? { traceId: line.TraceId, spanId: line.SpanId } : {}),
          })),
        },
      ],
    })),
  }
}

/** `1700000000.123456789`, as the store keeps it, in nanoseconds. */
function nanoseconds(seconds: string): string {
  const [whole = '0', part = ''] = String(seconds).split('.')
  return `${whole}${part.padEnd(9, '0').slice(0, 9)}`
}
