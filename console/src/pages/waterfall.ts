import type { Span } from '../../../model/telemetry.ts'

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

/** What one operation of one service took in a trace. */
export interface Share {
  service: string
  name: string
  spans: number
  /** Time in which none of its own children was at work, summed over its spans, in microseconds. */
  selfUs: number
}

/** Where the time of a trace went, most first. */
export function sharesOf(spans: readonly Span[]): Share[] {
  const children = new Map<string, Span[]>()
  for (const span of spans) children.set(span.parentSpanId, [...(children.get(span.parentSpanId) ?? []), span])
  const shares = new Map<string, Share>()
  for (const span of spans) {
    const key = `${span.service} ${span.name}`
    const share = shares.get(key) ?? { service: span.service, name: span.name, spans: 0, selfUs: 0 }
    const selfUs = span.durationUs - covered(span, children.get(span.spanId) ?? [])
    shares.set(key, { ...share, spans: share.spans + 1, selfUs: share.selfUs + Math.max(0, selfUs) })
  }
  return [...shares.values()].toSorted((a, b) => b.selfUs - a.selfUs)
}

/** How much of a span its children cover together; what they do after its end is not its time. */
function covered(span: Span, children: readonly Span[]): number {
  const end = span.startUs + span.durationUs
  let total = 0
  let until = span.startUs
  for (const child of children.toSorted((a, b) => a.startUs - b.startUs)) {
    const from = Math.max(child.startUs, until)
    const to = Math.min(child.startUs + child.durationUs, end)
    if (to <= from) continue
    total += to - from
    until = to
  }
  return total
}
