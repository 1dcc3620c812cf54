import { isProxy } from '../../../../model/components.ts'
import type { Span } from '../../../../model/telemetry.ts'

export interface SpanNode {
  span: Span
  children: SpanNode[]
  /** Microseconds in which none of its children was active. */
  selfUs: number
  /** Whether it, or one of its descendants, failed. */
  failed: boolean
}

const endOf = ({ startUs, durationUs }: Span): number => startUs + durationUs

/** The spans as trees, children by start. Those whose parent is missing, or that are in a circle, are roots. */
export function spanTrees(spans: readonly Span[]): SpanNode[] {
  const nodes = new Map(spans.map((span) => [span.spanId, { span, children: [], selfUs: 0, failed: false } as SpanNode]))
  const parentOf = ({ span }: SpanNode): SpanNode | undefined =>
    span.parentSpanId === span.spanId ? undefined : nodes.get(span.parentSpanId)
  const roots: SpanNode[] = []
  for (const node of nodes.values()) (parentOf(node)?.children ?? roots).push(node)
  const reached = new Set<SpanNode>()
  const order: SpanNode[] = []
  const reach = (from: SpanNode) => {
    // With a list instead of recursion: a chain may be thousands of spans long.
    const todo = [from]
    for (let node = todo.pop(); node; node = todo.pop()) {
      if (reached.has(node)) continue
      reached.add(node)
      order.push(node)
      for (const child of node.children) todo.push(child)
    }
  }
  roots.forEach(reach)
  for (const node of nodes.values()) {
    if (reached.has(node)) continue
    // Its ancestors form a circle, which is cut here.
    const siblings = parentOf(node)?.children
    siblings?.splice(siblings.indexOf(node), 1)
    roots.push(node)
    reach(node)
  }
  for (const node of order.toReversed()) {
    node.children.sort(byStart)
    node.selfUs = node.span.durationUs - covered(node)
    node.failed = node.span.status === 'Error' || node.children.some(({ failed }) => failed)
  }
  return roots.toSorted(byStart)
}

const byStart = (a: SpanNode, b: SpanNode): number => a.span.startUs - b.span.startUs

/** How much of a span its children cover together; their time after its end does not count. */
function covered({ span, children }: SpanNode): number {
  const end = endOf(span)
  let total = 0
  let until = span.startUs
  for (const child of children) {
    const from = Math.max(child.span.startUs, until)
    const to = Math.min(endOf(child.span), end)
    if (to <= from) continue
    total += to - from
    until = to
  }
  return total
}

/** A stretch of one span that the whole trace had to wait for, in microseconds since the epoch. */
export interface Stretch {
  spanId: string
  fromUs: number
  toUs: number
}

/**
 * The critical path: what would have to be shorter for the root to be. From its end backwards, each moment belongs to the child that ended last
 * before it (as in Jaeger, github.com/jaegertracing/jaeger-ui, `criticalPath`). A child that ends slightly after its parent counts until the parent's
 * end; a consumer of messages is waited for by nobody.
 */
export function criticalPath(root: SpanNode): Stretch[] {
  const path: Stretch[] = []
  const todo: { node: SpanNode; untilUs: number }[] = [{ node: root, untilUs: endOf(root.span) }]
  for (let next = todo.pop(); next; next = todo.pop()) {
    const { node, untilUs } = next
    let cursor = untilUs
    const end = endOf(node.span)
    const endWithin = (child: SpanNode): number => Math.min(endOf(child.span), end)
    const late = node.children
      .filter(({ span }) => span.kind !== 'Consumer' && span.startUs < end)
      .toSorted((a, b) => endWithin(b) - endWithin(a))
    for (const child of late) {
      if (endWithin(child) > cursor && endWithin(child) < end) continue
      if (child.span.startUs >= cursor) continue
      const until = Math.min(endWithin(child), cursor)
      if (cursor > until) path.push({ spanId: node.span.spanId, fromUs: until, toUs: cursor })
      todo.push({ node: child, untilUs: until })
      cursor = Math.max(child.span.startUs, node.span.startUs)
    }
    if (cursor > node.span.startUs) path.push({ spanId: node.span.spanId, fromUs: node.span.startUs, toUs: cursor })
  }
  return path.toSorted((a, b) => a.fromUs - b.fromUs)
}

/**
 * The stretches of one span that can be distinguished in a window: by start, within the window, and joined if the gap is at most `gapUs`. A span with
 * ten thousand calls has as many stretches.
 */
export function drawable(stretches: readonly Stretch[], shown: { fromUs: number; toUs: number }, gapUs: number): Stretch[] {
  const joined: Stretch[] = []
  for (const { spanId, ...stretch } of stretches) {
    const fromUs = Math.max(stretch.fromUs, shown.fromUs)
    const toUs = Math.min(stretch.toUs, shown.toUs)
    if (toUs < fromUs) continue
    const last = joined.at(-1)
    if (last && fromUs - last.toUs <= gapUs) last.toUs = Math.max(last.toUs, toUs)
    else joined.push({ spanId, fromUs, toUs })
  }
  return joined
}

/** The trees without the spans of proxies: their children belong to the span that called the proxy. */
export function withoutProxies(spans: readonly Span[]): Span[] {
  const known = new Map(spans.map((span) => [span.spanId, span]))
  const parentOf = (span: Span): string => {
    let parent = known.get(span.parentSpanId)
    for (let steps = 0; parent && isProxy(parent.service) && steps < spans.length; steps++) parent = known.get(parent.parentSpanId)
    return parent && !isProxy(parent.service) ? parent.spanId : ''
  }
  return spans.filter((span) => !isProxy(span.service)).map((span) => ({ ...span, parentSpanId: parentOf(span) }))
}
