import type { Span } from '../../../../model/telemetry.ts'
import { spanTrees, type SpanNode } from './span-tree.ts'

/** The time of one operation of one service in a trace. */
export interface Share {
  service: string
  name: string
  spans: number
  /** Time in which none of its children was active, summed over its spans, in microseconds. */
  selfUs: number
}

/** Where the time of a trace went, most first. */
export function sharesOf(spans: readonly Span[]): Share[] {
  const shares = new Map<string, Share>()
  for (const { span, selfUs } of everyNode(spanTrees(spans))) {
    const key = `${span.service} ${span.name}`
    const share = shares.get(key) ?? { service: span.service, name: span.name, spans: 0, selfUs: 0 }
    shares.set(key, { ...share, spans: share.spans + 1, selfUs: share.selfUs + Math.max(0, selfUs) })
  }
  return [...shares.values()].toSorted((a, b) => b.selfUs - a.selfUs)
}

/** The same by service alone. */
export function servicesOf(roots: readonly SpanNode[]): { service: string; spans: number; selfUs: number; failed: number }[] {
  const services = new Map<string, { service: string; spans: number; selfUs: number; failed: number }>()
  for (const { span, selfUs } of everyNode(roots)) {
    const known = services.get(span.service) ?? { service: span.service, spans: 0, selfUs: 0, failed: 0 }
    known.spans += 1
    known.selfUs += Math.max(0, selfUs)
    if (span.status === 'Error') known.failed += 1
    services.set(span.service, known)
  }
  return [...services.values()].toSorted((a, b) => b.selfUs - a.selfUs)
}

/** All spans of the trees, parents first. */
export function* everyNode(roots: readonly SpanNode[]): Generator<SpanNode> {
  const todo = roots.toReversed()
  for (let node = todo.pop(); node; node = todo.pop()) {
    yield node
    for (const child of node.children.toReversed()) todo.push(child)
  }
}
