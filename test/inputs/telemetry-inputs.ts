/** One request to a store, modelled on a public report. */
export interface RequestInput {
  file: string
  /** Where it was reported. */
  source: string
  status: number
  /** Status of the answer; a request that is answered 200 without a message is kept completely. */
  told?: RegExp
}

/** Requests of SDKs and collectors, to `/v1/traces` and `/v1/logs`. */
export interface TelemetryInput extends RequestInput {
  /** Its rows in the database afterwards. */
  kept: number
  /** Values of these rows: expressions of the database, and their results as text, with `{{ms}}` as in the files. */
  holds?: Record<string, string>
}

const otel = (thread: string) => `https://github.com/open-telemetry/${thread}`
const milliseconds = (column: string) => `toString(toUnixTimestamp64Milli(${column}))`

export const telemetry: TelemetryInput[] = [
  {
    file: 'halves-of-a-time.http',
    source: otel('opentelemetry-js/pull/4062'),
    status: 200,
    kept: 1,
    holds: { [milliseconds('Timestamp')]: '{{ms}}' },
  },
  {
    file: 'ids-in-base64-of-go.http',
    source: otel('opentelemetry-collector/issues/8720'),
    status: 400,
    kept: 0,
    told: /traceId 'Z6z8LqVvEI\+kU1\/Ci6mXBQ==' is not an id: ids are hexadecimal in JSON, not base64/,
  },
  {
    file: 'hexadecimal-ids-in-base64.http',
    source: otel('opentelemetry-swift/issues/537'),
    status: 400,
    kept: 0,
    told: /traceId 'OWUyYTNk\w+' is not an id: ids are hexadecimal in JSON, not base64/,
  },
  {
    file: 'log-without-an-event-time.http',
    source: 'https://github.com/openai/codex/issues/30936',
    status: 200,
    kept: 1,
    holds: { [milliseconds('Timestamp')]: '{{ms-60000}}', Body: 'the order is paid' },
  },
  {
    file: 'log-without-any-time.http',
    source: 'https://github.com/madesroches/micromegas/issues/1123',
    status: 200,
    kept: 1,
    holds: { "toString(dateDiff('minute', Timestamp, now64(9)) <= 2)": '1' },
  },
  {
    file: 'end-before-the-start.http',
    source: 'https://github.com/SigNoz/signoz-otel-collector/issues/814',
    status: 200,
    kept: 1,
    holds: { 'toString(Duration)': '0' },
  },
  {
    file: 'time-of-an-event-as-text.http',
    source: 'https://github.com/openobserve/openobserve/issues/3150',
    status: 200,
    kept: 1,
    holds: { 'Events.Name[1]': 'cart emptied', [milliseconds('Events.Timestamp[1]')]: '{{ms-1}}' },
  },
  {
    file: 'times-as-numbers.http',
    source: 'https://github.com/BrunoBonacci/mulog/issues/135',
    status: 200,
    kept: 1,
    // With the precision of a JavaScript number.
    holds: { 'toString(round(Duration, -3))': '5000000' },
  },
  {
    file: 'integer-as-text.http',
    source: 'https://github.com/langfuse/langfuse/issues/14068',
    status: 200,
    kept: 1,
    holds: { "SpanAttributes['gen_ai.usage.input_tokens']": '25', "SpanAttributes['gen_ai.usage.output_tokens']": '7' },
  },
  {
    file: 'list-instead-of-an-object.http',
    source: otel('opentelemetry-php/issues/265'),
    status: 400,
    kept: 0,
    told: /not OTLP: the request is not an object/,
  },
  {
    file: 'gzip-that-is-not-said.http',
    source: 'https://github.com/metrico/gigapipe/issues/612',
    status: 400,
    kept: 0,
    told: /not OTLP: the body is gzip: send Content-Encoding: gzip/,
  },
  { file: 'gzip-by-default.http', source: 'https://github.com/Metabuilder-Labs/tokenjam/issues/365', status: 200, kept: 1 },
  {
    file: 'cut-within-a-character.http',
    source: 'https://github.com/datadog-labs/trajectory/issues/77',
    status: 200,
    kept: 1,
    holds: { "SpanAttributes['prompt']": 'Warum ist der Einkaufswagen so \ufffd.' },
  },
  {
    file: 'span-without-a-kind.http',
    source: 'https://github.com/langwatch/langwatch/pull/5937',
    status: 200,
    kept: 1,
    holds: { SpanKind: 'Unspecified' },
  },
  {
    file: 'instrumentation-library.http',
    source: otel('opentelemetry-js/issues/2945'),
    status: 200,
    kept: 1,
    told: /"rejectedSpans":"1".*resourceSpans\[0\]\.instrumentationLibrarySpans is no field of OTLP: expected scopeSpans/,
    holds: { ServiceName: 'instrumentation-library-of-another' },
  },
  { file: 'no-body-and-no-type.http', source: otel('opentelemetry-collector/issues/3582'), status: 200, kept: 0 },
  {
    file: 'path-said-twice.http',
    source: otel('opentelemetry.io/pull/2406'),
    status: 404,
    kept: 0,
    told: /there is no POST \/v1\/traces\/v1\/traces here: traces are taken at \/v1\/traces, and logs at \/v1\/logs/,
  },
  {
    file: 'no-path.http',
    source: 'https://github.com/FriendsOfShopware/shopmon/pull/822',
    status: 404,
    kept: 0,
    told: /there is no POST \/ here: traces are taken at \/v1\/traces/,
  },
]

/** Requests of Grafana and Jaeger's UI. */
interface QuestionInput extends RequestInput {
  /** Operations of the traces' first spans, or other listed names. */
  finds?: string[]
}

const jaeger = (thread: string) => `https://github.com/jaegertracing/${thread}`
const grafana = (issue: number) => `https://github.com/grafana/grafana/issues/${issue}`

export const questions: QuestionInput[] = [
  {
    file: 'path-lost.http',
    source: grafana(108_651),
    status: 200,
    finds: ['GET /api/products', 'POST /api/checkout'],
  },
  { file: 'service-with-a-slash.http', source: grafana(111_240), status: 200, finds: ['GET /of-a-team'] },
  { file: 'trace-between-start-and-end.http', source: grafana(82_842), status: 200, finds: ['POST /api/checkout'] },
  { file: 'tags-with-a-minimal-duration.http', source: jaeger('jaeger/issues/690'), status: 200, finds: ['POST /api/checkout'] },
  { file: 'limit-of-zero.http', source: jaeger('jaeger/issues/8436'), status: 400, told: /limit: / },
  { file: 'end-before-start.http', source: jaeger('jaeger/issues/8436'), status: 400, told: /end: is before start/ },
  { file: 'lookback-without-a-start.http', source: jaeger('jaeger/issues/1600'), status: 200, finds: ['POST /api/checkout'] },
  { file: 'zeros-trimmed-off-an-id.http', source: jaeger('jaeger-ui/issues/262'), status: 200, finds: ['POST /api/checkout'] },
  {
    file: 'limit-above-that-of-the-ui.http',
    source: jaeger('jaeger/issues/2087'),
    status: 200,
    finds: ['GET /api/products', 'POST /api/checkout'],
  },
  {
    file: 'newer-api.http',
    source: jaeger('jaeger-ui/issues/3536'),
    status: 404,
    told: /there is no GET \/jaeger\/api\/v3\/services here/,
  },
  { file: 'key-with-a-colon.http', source: jaeger('jaeger/issues/550'), status: 200, finds: ['GET /api/products'] },
]
