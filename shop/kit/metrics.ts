import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry, type LabelValues } from 'prom-client'
import { activeSpanContext } from './telemetry.ts'

/** OpenMetrics, so that histograms can carry exemplars. */
export const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>()
registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
// Twenty samples a second show a stall of the event loop as well as a hundred, which would cost each process a third of a percent of a core.
collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 })
const unread =
  /^(nodejs_heap_space_|nodejs_active_|nodejs_version_|process_(virtual|heap|open_handles)|nodejs_eventloop_lag_(min|max|mean|stddev|p90)_)/
for (const { name } of registry.getMetricsAsArray()) if (unread.test(name)) registry.removeSingleMetric(name)

/** Seconds; dense where users begin to notice. */
const latencyBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10]

export function histogram<Label extends string>(
  name: string,
  help: string,
  labelNames: readonly Label[],
  buckets: number[] = latencyBuckets,
) {
  const metric = new Histogram({ name, help, labelNames, buckets, enableExemplars: true, registers: [registry] })
  return {
    /** Records a value, with the trace in progress as its exemplar. */
    observe(labels: Record<Label, string>, value: number): void {
      const span = activeSpanContext()
      const exemplar = span ? { trace_id: span.traceId, span_id: span.spanId } : {}
      // Safe: prom-client types the labels of an exemplar as if they were the metric's own.
      metric.observe({ labels, value, exemplarLabels: exemplar as LabelValues<Label> })
    },
    /** Makes the series exist before the first observation. */
    zero: (labels: Record<Label, string>) => metric.zero(labels),
  }
}

export const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
  new Counter({ name, help, labelNames, registers: [registry] })

export const gauge = <Label extends string>(
  name: string,
  help: string,
  labelNames: readonly Label[],
  collect?: (this: Gauge<Label>) => void,
) => new Gauge({ name, help, labelNames, registers: [registry], ...(collect ? { collect } : {}) })

// Beside the time of the scrape, it tells how far the clock of this process is off.
gauge('process_time_seconds', 'Time by the clock of the process, in seconds since the epoch', [], function showTime() {
  this.set(Date.now() / 1_000)
})

/** The metric behind service levels: each event of a user's journey, once. */
export const journeyEvents = () =>
  counter('journey_events_total', 'Events of a user journey: good, slow (over its threshold) or error', ['journey', 'outcome'] as const)
