import type { Written } from './written.ts'

interface PrometheusInput extends Written {
  status: number
  /** What must be in the answer's body. */
  body: RegExp
}

const grafana = (issue: number) => `https://github.com/grafana/grafana/issues/${issue}`
const answered = { outcome: 'answered', status: 200 }

/** Requests of Grafana's Prometheus data source, from reports of proxies or Prometheus versions that did not support them. */
export const prometheusInputs: readonly PrometheusInput[] = [
  { file: 'range-by-form.http', source: grafana(30_837), ...answered, body: /"resultType":"matrix".*"__name__":"up"/ },
  {
    file: 'series-by-form.http',
    source: 'https://github.com/prometheus-community/prom-label-proxy/issues/90',
    ...answered,
    body: /"data":\[\{"__name__":"up"/,
  },
  {
    file: 'series-with-match-without-brackets.http',
    source: grafana(38_875),
    outcome: '400, in Prometheus’ own words',
    status: 400,
    body: /"errorType":"bad_data","error":"no match\[\] parameter provided"/,
  },
  { file: 'exemplars-by-form.http', source: grafana(41_129), ...answered, body: /"data":\[\]/ },
  { file: 'build-info-of-a-health-check.http', source: grafana(114_596), ...answered, body: /"version":"\d+\.\d+/ },
  { file: 'one-and-one-of-a-health-check.http', source: grafana(73_107), ...answered, body: /"result":\[4,"2"\]/ },
  { file: 'labels-of-a-metric.http', source: grafana(70_451), ...answered, body: /"data":\["__name__","instance","job"\]/ },
  { file: 'metadata.http', source: grafana(43_050), ...answered, body: /"prometheus_build_info":\[\{/ },
  {
    file: 'series-that-do-not-match.http',
    source: 'https://github.com/timescale/promscale/issues/203',
    ...answered,
    body: /"data":\[\{"__name__":"up"/,
  },
  { file: 'values-of-a-label-of-many-nodes.http', source: grafana(90_452), ...answered, body: /"data":\["prometheus"\]/ },
  { file: 'query-of-many-nodes.http', source: grafana(65_311), ...answered, body: /"__name__":"up"/ },
]
