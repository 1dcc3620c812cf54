import { get } from './api.ts'

export interface Series {
  name: string
  /** Seconds since the epoch → value. */
  points: [number, number][]
}

interface RangeAnswer {
  data: { result: { metric: Record<string, string>; values: [number, string][] }[] }
}

/** A range query; each series named by its legend, `{{label}}` replaced. */
export async function queryRange(expr: string, legend: string, start: number, end: number, step: number): Promise<Series[]> {
  const params = new URLSearchParams({ query: expr, start: String(start), end: String(end), step: String(step) })
  const { data } = await get<RangeAnswer>(`/api/prometheus/query_range?${params}`)
  return data.result.map(({ metric, values }) => ({
    name: legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? '') || 'value',
    points: values.map(([at, value]) => [at, Number(value)]),
  }))
}

export interface Exemplar {
  traceId: string
  value: number
  at: number
  labels: Record<string, string>
}

interface ExemplarAnswer {
  data: { seriesLabels: Record<string, string>; exemplars: { labels: Record<string, string>; value: string; timestamp: number }[] }[]
}

/** The requests behind a histogram: each a dot that leads to its trace. */
export async function queryExemplars(selector: string, start: number, end: number): Promise<Exemplar[]> {
  const params = new URLSearchParams({ query: selector, start: String(start), end: String(end) })
  const { data } = await get<ExemplarAnswer>(`/api/prometheus/query_exemplars?${params}`)
  return data.flatMap(({ seriesLabels, exemplars }) =>
    exemplars.flatMap(({ labels, value, timestamp }) =>
      labels['trace_id'] ? [{ traceId: labels['trace_id'], value: Number(value), at: timestamp, labels: seriesLabels }] : [],
    ),
  )
}
