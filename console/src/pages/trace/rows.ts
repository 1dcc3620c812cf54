import type { SpanNode } from './span-tree.ts'

/** From this number on, siblings with the same service and name are folded into one row. */
const foldFrom = 4

interface Placed {
  key: string
  depth: number
  /** Whether it has children, and whether they are shown. */
  opens: boolean
  open: boolean
}
export type Row =
  | (Placed & { kind: 'span'; node: SpanNode })
  | (Placed & { kind: 'fold'; nodes: readonly SpanNode[]; totalUs: number; fromUs: number; toUs: number })

/**
 * The rows of a waterfall in reading order. Repeated siblings are one row until it is opened; `toggled` has the rows that differ from the default: a
 * span is open, a fold is closed.
 */
export function rowsOf(roots: readonly SpanNode[], toggled: ReadonlySet<string>): Row[] {
  const rows: Row[] = []
  const todo: (() => void)[] = []
  const later = (work: (() => void)[]) => {
    for (const each of work.toReversed()) todo.push(each)
  }
  const placeSpan = (node: SpanNode, depth: number) => {
    const key = node.span.spanId
    const open = !toggled.has(key)
    rows.push({ kind: 'span', key, depth, node, opens: node.children.length > 0, open })
    if (open) later(placeSiblings(node.children, depth + 1, key))
  }
  const placeSiblings = (siblings: readonly SpanNode[], depth: number, parent: string): (() => void)[] => {
    const alike = Map.groupBy(siblings, ({ span }) => `${span.service}\n${span.name}`)
    const folded = new Set<string>()
    return siblings.flatMap((node) => {
      const name = `${node.span.service}\n${node.span.name}`
      const nodes = alike.get(name) ?? []
      if (nodes.length < foldFrom) return [() => placeSpan(node, depth)]
      if (folded.has(name)) return []
      folded.add(name)
      return [() => placeFold(nodes, depth, `${parent}\n${name}`)]
    })
  }
  const placeFold = (nodes: readonly SpanNode[], depth: number, key: string) => {
    const open = toggled.has(key)
    rows.push({
      kind: 'fold',
      key,
      depth,
      nodes,
      opens: true,
      open,
      totalUs: nodes.reduce((sum, { span }) => sum + span.durationUs, 0),
      fromUs: nodes.reduce((least, { span }) => Math.min(least, span.startUs), Infinity),
      toUs: nodes.reduce((most, { span }) => Math.max(most, span.startUs + span.durationUs), -Infinity),
    })
    if (open) later(nodes.map((node) => () => placeSpan(node, depth + 1)))
  }
  later(placeSiblings(roots, 0, ''))
  for (let next = todo.pop(); next; next = todo.pop()) next()
  return rows
}

/** The folds that hide a span: they are opened to show it. */
export function foldsAround(roots: readonly SpanNode[], spanId: string): string[] {
  const parents = new Map<string, string>()
  const todo = roots.map((node) => ({ node, parent: '' }))
  for (let next = todo.pop(); next; next = todo.pop()) {
    const { node, parent } = next
    parents.set(node.span.spanId, `${parent}\n${node.span.service}\n${node.span.name}`)
    for (const child of node.children) todo.push({ node: child, parent: node.span.spanId })
  }
  const around: string[] = []
  for (let key = parents.get(spanId); key !== undefined; key = parents.get(key.split('\n')[0] ?? '')) {
    around.push(key)
    if (key.startsWith('\n')) break
  }
  return around
}
