import type { Exemplar } from '../../../model/exemplar.ts'
import { checked } from '../../../model/outside.ts'
import { instantAnswer } from '../../../model/prometheus.ts'
import { finitePoints } from '../../../model/series.ts'
import { FiredrillError } from '../../../model/errors.ts'
import { api } from './api.ts'
import { KeptRanges, type RangeQuery } from './kept-ranges.ts'

export interface Series {
  name: string
  /** Seconds since the epoch → value. */
  points: [number, number][]
}

interface RangeAnswer {
  /** Prometheus's message, if it refused the query. */
  error?: string
  data?: { result: { metric: Record<string, string>; values: [number, string][] }[] }
}

/** The name of a series in Prometheus's notation. */
export function nameOf({ __name__: name = '', ...labels }: Record<string, string>): string {
  const inside = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  return inside.length === 0 && name !== '' ? name : `${name}{${inside.join(', ')}}`
}

const kept = new KeptRanges(async (query) => {
  const { data, error } = await batched(query)
  if (!data) throw new FiredrillError('bad-request', error ?? 'Prometheus rejected the query.')
  return data.result.map(({ metric, values }) => ({ metric, points: finitePoints(values) }))
})

/** A range query; each series is named by its legend, with `{{label}}` replaced, or by its labels if there is no legend. */
export async function queryRange(expr: string, legend: string, start: number, end: number, step: number): Promise<Series[]> {
  const series = await kept.query({ query: expr, start, end, step })
  return series.map(({ metric, points }) => ({
    name: legend === '' ? nameOf(metric) : legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? '') || 'value',
    points,
  }))
}

interface Waiting {
  query: RangeQuery
  resolve(answer: RangeAnswer): void
  reject(error: unknown): void
}
const mostAtOnce = 100
let waiting: Waiting[] = []

/** Joins the queries of one turn of the event loop: a dashboard has dozens, and a browser sends six requests at a time. */
function batched(query: RangeQuery): Promise<RangeAnswer> {
  return new Promise((resolve, reject) => {
    waiting.push({ query, resolve, reject })
    if (waiting.length === 1) setTimeout(() => void send())
  })
}

async function send(): Promise<void> {
  const batch = waiting.splice(0, mostAtOnce)
  if (waiting.length > 0) void send()
  try {
    const queries = batch.map((one) => one.query)
    const { answers } = await api.post('/api/prometheus/query_ranges', { body: { queries } })
    batch.forEach(({ resolve }, index) => resolve(answers[index] as RangeAnswer))
  } catch (error) {
    for (const { reject } of batch) reject(error)
  }
}

export interface Sample {
  metric: Record<string, string>
  value: number
}

/** An instant query at a moment (seconds since the epoch; now by default). A scalar is a series without labels. */
export async function queryInstant(expr: string, at?: number): Promise<Sample[]> {
  const params = new URLSearchParams({ query: expr, ...(at === undefined ? {} : { time: String(at) }) })
  // A range vector has already been refused by the graph's query.
  const { data } = checked(instantAnswer, await api.get('/api/prometheus/query', { query: params }), 'the answer of Prometheus')
  if (data.resultType === 'scalar') return [{ metric: {}, value: Number(data.result[1]) }]
  return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
}

/** Maximum number of dots in a graph: few enough to hit with a mouse. */
const dots = 50

/** The requests behind a histogram, the slowest of each slice of time: each is a dot that links to its trace. */
export async function queryExemplars(selector: string, start: number, end: number): Promise<Exemplar[]> {
  const params = new URLSearchParams({ query: selector, start: String(start), end: String(end), slices: String(dots) })
  return (await api.get('/api/exemplars', { query: params })).exemplars
}
