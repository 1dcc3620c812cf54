import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import { useNavigate } from 'react-router'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Panel } from '../../../model/dashboard.ts'
import { formatValue } from '../lib/format.ts'
import { queryExemplars, queryRange, type Exemplar, type Series } from '../lib/prometheus.ts'
import { clock, ranges, type RangeName } from '../lib/time.ts'
import { Problem } from './states.tsx'

export interface Marker {
  /** Seconds since the epoch. */
  at: number
  label: string
  kind: 'deploy' | 'alert' | 'action'
}

interface Props {
  panel: Panel
  range: RangeName
  markers: Marker[]
}

const colours = ['#2f7ed8', '#e07b39', '#2a9d6f', '#b455c9', '#c9a227', '#d1495b', '#4aa3a2', '#7a6ff0', '#8a8f98']
const markerColours = { deploy: '#7a6ff0', alert: '#d1495b', action: '#2a9d6f' }

/** One panel: its series over time, what changed meanwhile, and the requests behind it as dots that open their trace. */
export function Chart({ panel, range, markers }: Props) {
  const seconds = ranges[range]
  const step = Math.max(1, Math.floor(seconds / 300))
  const { data, error } = useQuery({
    queryKey: ['panel', panel.title, panel.queries, range],
    refetchInterval: Math.max(2_000, step * 1_000),
    queryFn: async () => {
      const end = Math.floor(Date.now() / 1_000 / step) * step
      const start = end - seconds
      const [series, exemplars] = await Promise.all([
        Promise.all(panel.queries.map(({ expr, legend }) => queryRange(expr, legend, start, end, step))),
        panel.exemplars ? queryExemplars(panel.exemplars, start, end) : Promise.resolve([]),
      ])
      return { series: series.flat(), exemplars, start, end }
    },
  })
  return (
    <figure className="panel">
      <figcaption>{panel.title}</figcaption>
      {error ? (
        <Problem error={error} />
      ) : data ? (
        <Plot {...data} step={step} panel={panel} markers={markers} />
      ) : (
        <div className="plot placeholder" aria-busy="true">
          Loading…
        </div>
      )}
    </figure>
  )
}

interface PlotProps {
  series: Series[]
  exemplars: Exemplar[]
  start: number
  end: number
  step: number
  panel: Panel
  markers: Marker[]
}

/** Few enough to hit with a mouse: the slowest of each of fifty slices of time. */
function thin(exemplars: Exemplar[], start: number, end: number): Exemplar[] {
  const slices = new Map<number, Exemplar>()
  for (const exemplar of exemplars) {
    const slice = Math.floor(((exemplar.at - start) / (end - start)) * 50)
    const known = slices.get(slice)
    if (!known || exemplar.value > known.value) slices.set(slice, exemplar)
  }
  return [...slices.values()].toSorted((a, b) => a.at - b.at)
}

function Plot({ series, exemplars, start, end, step, panel, markers }: PlotProps) {
  const host = useRef<HTMLDivElement>(null)
  const navigate = useNavigate()
  const dots = useMemo(() => thin(exemplars, start, end), [exemplars, start, end])
  const shown = useMemo(() => markers.filter((marker) => marker.at >= start && marker.at <= end), [markers, start, end])

  useEffect(() => {
    const element = host.current
    if (!element) return
    const times = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step)
    const columns = series.map(({ points }) => {
      const byTime = new Map(points)
      return times.map((at) => byTime.get(at) ?? null)
    })
    const text = getComputedStyle(element).color
    const axis = { stroke: text, grid: { stroke: 'rgba(128,128,128,0.15)', width: 1 }, ticks: { show: false } }
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: 170,
        legend: { show: false },
        cursor: { drag: { x: false, y: false } },
        scales: {
          x: { time: true, range: () => [start, end] },
          y: {
            range: (_plot, _low, high) => [
              0,
              Math.max(high ?? 0, ...dots.map((dot) => dot.value), panel.threshold ? panel.threshold.value * 1.05 : 0, 1e-9) * 1.08,
            ],
          },
        },
        axes: [
          { ...axis, size: 26, values: (_plot, splits) => splits.map((at) => clock(at * 1_000).slice(0, 5)) },
          { ...axis, size: 62, values: (_plot, splits) => splits.map((value) => formatValue(value, panel.unit)) },
        ],
        series: [
          {},
          ...series.map(({ name }, index) => ({
            label: name,
            stroke: colours[index % colours.length] ?? '#888',
            width: 1.5,
            points: { show: false },
          })),
        ],
        hooks: { draw: [(drawn) => drawOver(drawn, shown, panel.threshold)] },
      },
      [times, ...columns],
      element,
    )
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: 170 }))
    observer.observe(element)

    // Dots are links, so that a keyboard reaches them too.
    const layer = document.createElement('div')
    layer.className = 'exemplars'
    const place = () => {
      layer.replaceChildren(
        ...dots.map((dot) => {
          const link = document.createElement('a')
          link.href = `/traces/${dot.traceId}`
          link.className = 'exemplar'
          link.title = `${dot.labels['service'] ?? ''} ${dot.labels['route'] ?? ''} ${formatValue(dot.value, panel.unit)} at ${clock(dot.at * 1_000)}: open its trace`
          link.setAttribute('aria-label', `Open the trace of a request of ${formatValue(dot.value, panel.unit)}`)
          link.style.left = `${plot.valToPos(dot.at, 'x')}px`
          link.style.top = `${plot.valToPos(dot.value, 'y')}px`
          link.addEventListener('click', (event) => {
            if (event.metaKey || event.ctrlKey) return
            event.preventDefault()
            void navigate(`/traces/${dot.traceId}`)
          })
          return link
        }),
      )
    }
    place()
    plot.over.append(layer)
    const replace = new ResizeObserver(place)
    replace.observe(plot.over)
    return () => {
      observer.disconnect()
      replace.disconnect()
      plot.destroy()
    }
  }, [series, dots, shown, start, end, step, panel, navigate])

  return (
    <>
      <div ref={host} className="plot" />
      {series.length === 0 && <p className="quiet">No data in this range.</p>}
      <ul className="legend">
        {series.slice(0, 12).map(({ name, points }, index) => (
          <li key={`${name}-${index}`}>
            <span className="swatch" style={{ background: colours[index % colours.length] }} />
            {name} <b>{formatValue(points.at(-1)?.[1], panel.unit)}</b>
          </li>
        ))}
        {panel.threshold && <li className="quiet">┄ {panel.threshold.label}</li>}
        {dots.length > 0 && <li className="quiet">● a request: opens its trace</li>}
      </ul>
    </>
  )
}

function drawOver(plot: uPlot, markers: Marker[], threshold: Panel['threshold']): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  ctx.lineWidth = devicePixelRatio
  ctx.font = `${10 * devicePixelRatio}px system-ui`
  for (const marker of markers) {
    const x = plot.valToPos(marker.at, 'x', true)
    ctx.strokeStyle = ctx.fillStyle = markerColours[marker.kind]
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    ctx.fillText(marker.label, x + 3 * devicePixelRatio, bbox.top + 11 * devicePixelRatio)
  }
  if (threshold) {
    const y = plot.valToPos(threshold.value, 'y', true)
    ctx.strokeStyle = 'rgba(209,73,91,0.7)'
    ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio])
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
  }
  ctx.restore()
}
