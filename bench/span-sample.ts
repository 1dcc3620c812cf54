import { encodeTraces } from '../observability/store/otlp/messages.ts'
import type { Span, TraceSummary } from '../model/telemetry.ts'

/** One request of a service. */
interface SampleRequest {
  service: string
  body: Uint8Array
  spans: number
}

const kinds = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer']
const statuses = ['Unset', 'Ok', 'Error']
const attribute = ([key, value]: [string, string]) => ({ key, value: { stringValue: value } })

/** Real spans of a range, from its own store. */
export async function spansOf(store: string, traces: number): Promise<Span[]> {
  const { traces: found } = (await (await fetch(`${store}/telemetry/traces?limit=${Math.min(500, traces)}`)).json()) as {
    traces: TraceSummary[]
  }
  const whole: Span[] = []
  for (const { traceId } of found) {
    const { spans } = (await (await fetch(`${store}/telemetry/traces/${traceId}`)).json()) as { spans: Span[] }
    whole.push(...spans)
  }
  return whole
}

/** The same spans as if their services sent them now: with new ids, `count` of them, in a request for each service. */
export function requestsOf(sample: readonly Span[], count: number): { requests: SampleRequest[]; traceIds: string[] } {
  const traceIds = new Map<string, string>()
  const nowUs = Date.now() * 1_000
  const chosen: Span[] = []
  for (let at = Math.floor(Math.random() * sample.length); chosen.length < count; at++) chosen.push(sample[at % sample.length] as Span)
  const first = Math.min(...chosen.map(({ startUs }) => startUs))
  const renamed = (traceId: string): string => {
    const known = traceIds.get(traceId)
    if (known) return known
    const id = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex')
    traceIds.set(traceId, id)
    return id
  }
  const requests = [...Map.groupBy(chosen, ({ service }) => service)].map(([service, spans]) => ({
    service,
    spans: spans.length,
    body: encodeTraces({
      resourceSpans: [
        {
          resource: { attributes: Object.entries(spans[0]?.resource ?? {}).map(attribute) },
          scopeSpans: [
            {
              spans: spans.map((span) => {
                // Within the last second, as usual.
                const startUs = nowUs - 1_000_000 + ((span.startUs - first) % 1_000_000)
                return {
                  traceId: Buffer.from(renamed(span.traceId), 'hex'),
                  spanId: crypto.getRandomValues(new Uint8Array(8)),
                  ...(span.parentSpanId ? { parentSpanId: Buffer.from(span.parentSpanId, 'hex') } : {}),
                  name: span.name,
                  kind: kinds.indexOf(span.kind),
                  startTimeUnixNano: `${startUs}000`,
                  endTimeUnixNano: `${startUs + span.durationUs}000`,
                  attributes: Object.entries(span.attributes).map(attribute),
                  status: { code: Math.max(0, statuses.indexOf(span.status)), message: span.statusMessage },
                }
              }),
            },
          ],
        },
      ],
    }),
  }))
  return { requests, traceIds: [...traceIds.values()] }
}
