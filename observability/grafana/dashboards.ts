import { DashboardBuilder, DashboardCursorSync, ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard'
import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import type { Dashboard, Panel, Unit } from '../../model/dashboard.ts'

/** Ids of the data sources, by which dashboards, exemplars and traces refer to each other. */
export const sources = {
  prometheus: 'firedrill-prometheus',
  alertmanager: 'firedrill-alertmanager',
  traces: 'firedrill-traces',
  logs: 'firedrill-logs',
} as const

/** Names of Grafana's units. */
const units: Record<Unit, string> = { seconds: 's', ratio: 'percentunit', rps: 'reqps', count: 'short', bytes: 'bytes' }
/** The grid has 24 columns: three panels side by side. */
const size = { columns: 3, width: 8, height: 8 }

/** One of our dashboards as Grafana's JSON, by Grafana's own builders and types. The window of `rate()` is Grafana's own variable. */
export function grafanaDashboard({ id, title, panels }: Dashboard): object {
  const builder = new DashboardBuilder(title)
    .uid(`firedrill-${id}`)
    .tags(['firedrill'])
    .refresh('5s')
    .time({ from: 'now-15m', to: 'now' })
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
  for (const [index, panel] of panels.entries()) builder.withPanel(panelOf(panel, index))
  return builder.build()
}

function panelOf({ title, unit, queries, exemplars, threshold }: Panel, index: number): PanelBuilder {
  const panel = new PanelBuilder()
    .title(title)
    .datasource({ type: 'prometheus', uid: sources.prometheus })
    .unit(units[unit])
    .min(0)
    .gridPos({
      x: (index % size.columns) * size.width,
      y: Math.floor(index / size.columns) * size.height,
      w: size.width,
      h: size.height,
    })
    .showPoints(VisibilityMode.Never)
    .fillOpacity(8)
    .legend(new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).showLegend(true))
  for (const [at, { expr, legend }] of queries.entries()) {
    panel.withTarget(
      new DataqueryBuilder()
        .refId(String.fromCharCode('A'.charCodeAt(0) + at))
        .expr(expr.replaceAll('$rate', '$__rate_interval'))
        .legendFormat(legend)
        // Once per panel: every query of a histogram would return the same exemplars.
        .exemplar(exemplars !== undefined && at === 0)
        .range(),
    )
  }
  if (threshold) {
    panel
      .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Line))
      .thresholds(
        new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
          // The first step begins at minus infinity, which is null in JSON.
          { value: null, color: 'transparent' },
          { value: threshold.value, color: 'red' },
        ]),
      )
      .description(threshold.label)
  }
  return panel
}
