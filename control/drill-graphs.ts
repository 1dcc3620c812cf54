import { finitePoints } from '../model/series.ts'
import { pinsOf } from '../drills/pins.ts'
import type { DrillEvent, DrillState } from '../model/drill.ts'
import { checked } from '../model/outside.ts'
import { matrixAnswer } from '../model/prometheus.ts'
import { overview } from '../observability/dashboards/overview.ts'
import { graphSvg, type GraphMark, type GraphSeries } from '../observability/dashboards/graph.ts'
import { timings } from '../observability/timing.ts'
import type { RangeContext } from '../range/context.ts'
import { inSlices } from './in-slices.ts'

export interface DrillGraph {
  /** File name, such as `errors.svg`. */
  file: string
  title: string
  svg: string
}

const aroundSeconds = 30
/** Prometheus returns up to 11,000 points; a picture has no more than this. */
const points = 400
/** Pictures that are drawn in a few milliseconds. */
const drawnAtOnce = 50

/** The golden signals over a drill, as pictures; those whose data has expired are left out. */
export async function drillGraphs(context: RangeContext, state: DrillState, events: readonly DrillEvent[]): Promise<DrillGraph[]> {
  const zero = state.startedAt / 1_000
  const from = zero - aroundSeconds
  const to = (state.endedAt ?? state.lastEventAt) / 1_000 + aroundSeconds
  const step = Math.max(1, Math.ceil((to - from) / points))
  const marks = events.flatMap((event): GraphMark[] => {
    if (event.type === 'page-acknowledged') return [{ at: event.at / 1_000, label: 'acknowledged' }]
    if (event.type === 'action-run' && event.kind === 'change') return [{ at: event.at / 1_000, label: event.title }]
    if (event.type === 'command-run' && event.kind === 'change' && event.status === 0)
      return [{ at: event.at / 1_000, label: event.command.slice(0, 40) }]
    if (event.type === 'milestone-reached' && (event.milestone === 'mitigated' || event.milestone === 'recovered')) {
      return [{ at: event.at / 1_000, label: event.milestone }]
    }
    return []
  })
  const { rate } = timings[context.config.profile]
  const graphs = await Promise.all(
    overview.panels.slice(0, 7).map(async (panel): Promise<DrillGraph[]> => {
      const series = (
        await Promise.all(
          panel.queries.map(({ expr, legend }) => seriesOf(context, expr.replaceAll('$rate', rate), legend, { from, to, step })),
        )
      ).flat()
      if (series.length === 0) return []
      const file = `${panel.title
        .toLowerCase()
        .replaceAll(/[^a-z]+/g, '-')
        .replaceAll(/^-|-$/g, '')}.svg`
      return [{ file, title: panel.title, svg: graphSvg(panel, series, marks, { from, to, zero }) }]
    }),
  )
  return graphs.flat()
}

/** Pinned graphs, as pictures of what they showed at the time. */
export async function pinGraphs(events: readonly DrillEvent[], startedAt: number): Promise<DrillGraph[]> {
  const drawn = await inSlices(pinsOf(events), drawnAtOnce, (pins) =>
    pins.flatMap(({ pin: { title, graph }, file }) => {
      if (!graph || file === null) return []
      const { unit, from, to, series } = graph
      return [{ file, title, svg: graphSvg({ title, unit, queries: [] }, series, [], { from, to, zero: startedAt / 1_000 }) }]
    }),
  )
  return drawn.flat()
}

async function seriesOf(
  context: RangeContext,
  query: string,
  legend: string,
  { from, to, step }: { from: number; to: number; step: number },
): Promise<GraphSeries[]> {
  const params = new URLSearchParams({ query, start: String(from), end: String(to), step: String(step) })
  const response = await fetch(`http://127.0.0.1:${context.port('prometheus')}/prometheus/api/v1/query_range?${params}`, {
    signal: AbortSignal.timeout(10_000),
  })
  const { data } = checked(matrixAnswer, await response.json(), 'the answer of Prometheus')
  return data.result.flatMap(({ metric, values }) => {
    const points = finitePoints(values)
    const name = legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? '')
    return points.length === 0 ? [] : [{ name, points }]
  })
}
