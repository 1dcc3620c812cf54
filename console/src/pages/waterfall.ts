export interface Span {
  traceId: string
  spanId: string
  parentSpanId: string
  name: string
  kind: string
  service: string
  startUs: number
  durationUs: number
  status: string
  statusMessage: string
  attributes: Record<string, string>
  resource: Record<string, string>
  events: { timeUs: number; name: string; attributes: Record<string, string> }[]
}

export interface PlacedSpan extends Span {
  depth: number
}

/** Spans in reading order: each followed by its children, by start. Spans whose parent is missing stand at the top. */
export function layOut(spans: readonly Span[]): PlacedSpan[] {
  const known = new Set(spans.map((span) => span.spanId))
  const children = new Map<string, Span[]>()
  for (const span of spans) {
    const parent = known.has(span.parentSpanId) && span.parentSpanId !== span.spanId ? span.parentSpanId : ''
    children.set(parent, [...(children.get(parent) ?? []), span])
  }
  const placed: PlacedSpan[] = []
  const place = (parent: string, depth: number) => {
    for (const span of (children.get(parent) ?? []).toSorted((a, b) => a.startUs - b.startUs)) {
      placed.push({ ...span, depth })
      place(span.spanId, depth + 1)
    }
  }
  place('', 0)
  return placed
}
