import type { Span } from '../../model/telemetry.ts'

/** The JSON of Jaeger's query API (`/api/traces`), as its UI and Grafana read it. */
export function jaegerTrace(spans: Span[]) {
  const processes = new Map<string, string>()
  for (const span of spans) if (!processes.has(span.service)) processes.set(span.service, `p${processes.size + 1}`)
  const tags = (attributes: Record<string, string>) =>
    Object.entries(attributes).map(([key, value]) => ({ key, type: 'string' as const, value }))
  return {
    traceID: spans[0]?.traceId ?? '',
    spans: spans.map((span) => ({
      traceID: span.traceId,
      spanID: span.spanId,
      operationName: span.name,
      references: span.parentSpanId ? [{ refType: 'CHILD_OF', traceID: span.traceId, spanID: span.parentSpanId }] : [],
      startTime: span.startUs,
      duration: span.durationUs,
      tags: [
        ...tags(span.attributes),
        { key: 'span.kind', type: 'string' as const, value: span.kind.toLowerCase() },
        ...(span.status === 'Error' ? [{ key: 'error', type: 'bool' as const, value: true }] : []),
      ],
      logs: span.events.map((event) => ({
        timestamp: event.timeUs,
        fields: [{ key: 'event', type: 'string', value: event.name }, ...tags(event.attributes)],
      })),
      processID: processes.get(span.service) ?? 'p1',
      warnings: null,
    })),
    processes: Object.fromEntries(
      [...processes].map(([service, id]) => [
        id,
        { serviceName: service, tags: tags(spans.find((span) => span.service === service)?.resource ?? {}) },
      ]),
    ),
    warnings: null,
  }
}
