import { parser } from '@prometheus-io/lezer-promql'
import type { Sample } from './prometheus.ts'

type Tree = ReturnType<typeof parser.parse>
type SyntaxNode = Tree['topNode']

/** The parts of a query that matter for splitting it by a label. */
export interface Splittable {
  /** The first selector, with its matchers: it determines the available labels. */
  selector: string
  /** The query, split by a label. */
  by(label: string): string
  /** Whether the parts add up to the whole, as in a sum, and unlike in a percentile. */
  additive: boolean
}

const aggregations = new Set(['sum', 'count', 'avg', 'min', 'max'])
const choosing = new Set(['topk', 'bottomk', 'limitk'])

/** Null for a query that cannot be split: without a selector, invalid, or aggregated `without` labels or in another way. */
export function splittable(query: string): Splittable | null {
  const tree = parser.parse(query)
  const selectors = nodes(tree, 'VectorSelector')
  if (selectors.length === 0 || nodes(tree, '⚠').length > 0) return null
  const text = ({ from, to }: { from: number; to: number }) => query.slice(from, to)
  const found = nodes(tree, 'AggregateExpr').map((node) => ({
    node,
    op: node.firstChild ? text(node.firstChild).toLowerCase() : '',
    modifier: node.getChild('AggregateModifier'),
  }))
  if (found.some(({ op, modifier }) => (!aggregations.has(op) && !choosing.has(op)) || modifier?.getChild('Without'))) return null
  const [outermost] = found
  const aggregated = found.filter(({ op }) => aggregations.has(op))
  const isRate = /^(rate|irate|increase)\(/.test(query.trim())
  return {
    selector: text(selectors[0] as SyntaxNode),
    additive:
      aggregated.length > 0
        ? nodes(tree, 'BinaryExpr').length === 0 &&
          nodes(tree, 'FunctionIdentifier').every((node) => /^(rate|irate|increase)$/.test(text(node))) &&
          aggregated.every(({ op }) => op === 'sum' || op === 'count')
        : isRate,
    by(label) {
      if (aggregated.length === 0) return `${isRate ? 'sum' : 'max'} by (${label}) (${query.trim()})`
      const edits = aggregated.flatMap(({ node, modifier }) => {
        // A percentile needs its buckets.
        const grouping = modifier && /\ble\b/.test(text(modifier)) ? ` by (${label}, le) ` : ` by (${label}) `
        const after = node.firstChild as SyntaxNode
        return [
          ...(modifier ? [{ from: modifier.from, to: modifier.to, insert: '' }] : []),
          { from: after.to, to: after.to, insert: grouping },
        ]
      })
      // A function that selects series would hide the others.
      if (outermost && choosing.has(outermost.op)) {
        const body = outermost.node.getChild('FunctionCallBody')
        const last = body?.lastChild?.name === ')' ? body.lastChild.prevSibling : body?.lastChild
        if (last) edits.push({ from: outermost.node.from, to: last.from, insert: '' }, { from: last.to, to: outermost.node.to, insert: '' })
      }
      return applied(query, edits)
    },
  }
}

function nodes(tree: Tree, name: string): SyntaxNode[] {
  const found: SyntaxNode[] = []
  tree.iterate({
    enter: ({ node, name: its }) => {
      if (its === name) found.push(node)
    },
  })
  return found
}

interface Edit {
  from: number
  to: number
  insert: string
}

const applied = (text: string, edits: readonly Edit[]): string =>
  edits
    .toSorted((a, b) => b.from - a.from || b.to - a.to)
    .reduce((now, { from, to, insert }) => now.slice(0, from) + insert + now.slice(to), text)
    .replaceAll(/ {2,}/g, ' ')
    .trim()

/** Labels of the scrape, and parts of a histogram. */
const technical = new Set(['__name__', 'le', 'quantile', 'job', 'instance'])
const mostValues = 40

/** Labels that people name first. */
const telling = ['service', 'route', 'peer']

/** Labels whose values differ; of two with the same distinctions, the one that people name first, otherwise the first. */
export function labelsOf(series: readonly Record<string, string>[]): string[] {
  const names = [...new Set([...telling, ...series.flatMap((labels) => Object.keys(labels))])].filter((name) => !technical.has(name))
  const seen = new Set<string>()
  return names.filter((name) => {
    const values = series.map((labels) => labels[name] ?? '')
    const distinct = [...new Set(values)]
    if (distinct.length < 2 || distinct.length > mostValues) return false
    const partition = values.map((value) => distinct.indexOf(value)).join(',')
    if (seen.has(partition)) return false
    seen.add(partition)
    return true
  })
}

interface Part {
  value: string
  now: number
  before: number
  /** Share of the total increase, from 0 to 1, and more if others fell; null if there is no increase, or parts do not add up. */
  share: number | null
}

export interface Breakdown {
  label: string
  /** The largest increase first. */
  parts: Part[]
  /** How much the first differs from the others, from 0 (they all rose alike) to 1. */
  standsOut: number
}

/** An increase below this share of the whole is noise. */
const notable = 0.1

/** Compares the values of a split query at the start and the end. */
export function breakdown(label: string, now: readonly Sample[], before: readonly Sample[], additive: boolean): Breakdown {
  const at = (samples: readonly Sample[]) =>
    new Map(samples.filter(({ value }) => Number.isFinite(value)).map(({ metric, value }) => [metric[label] ?? '', value]))
  const [later, earlier] = [at(now), at(before)]
  const changes = [...new Set([...later.keys(), ...earlier.keys()])].map((value) => {
    const part = { value, now: later.get(value) ?? 0, before: earlier.get(value) ?? 0 }
    return { ...part, change: part.now - part.before }
  })
  const sum = (of: (change: (typeof changes)[number]) => number) => changes.reduce((total, each) => total + of(each), 0)
  const increase = sum(({ change }) => change)
  const rises = additive && increase > notable * sum((each) => each.now)
  const ordered = changes.toSorted((a, b) => b.change - a.change || b.now - a.now)
  const [first, ...others] = ordered
  const second = Math.max(0, others[0]?.change ?? 0)
  const largest = Math.max(...changes.map((each) => each.now), 0)
  return {
    label,
    parts: ordered.map(({ change, ...part }) => ({ ...part, share: rises ? change / increase : null })),
    standsOut: first && first.change > notable * largest && first.change > 0 ? (first.change - second) / first.change : 0,
  }
}
