/**
 * The tables that the OpenTelemetry Collector's ClickHouse exporter creates (exporter/clickhouseexporter, v0.1xx defaults), so that the same tools
 * can read both.
 */
interface Retention {
  hours: number
}

const attributes = 'Map(LowCardinality(String), String) CODEC(ZSTD(1))'
const text = 'String CODEC(ZSTD(1))'
const word = 'LowCardinality(String) CODEC(ZSTD(1))'

/**
 * With small inserts, a merge has a high fixed cost, so each merges at least twenty parts, which arrive in most of a minute. Parts of one merge have
 * similar sizes; otherwise every second's few rows would be written again with all earlier ones. The database adds 5 MB to each part's size, so the
 * required ratio (`merge_selector_base`) must be high; and by default it drops small parts at the end of its selection, down to one large and one
 * small.
 */
const merges = {
  min_parts_to_merge_at_once: 20,
  merge_selector_base: 100,
  merge_selector_enable_heuristic_to_remove_small_parts_at_right: 0,
  merge_selecting_sleep_ms: 10_000,
}
const listed = (values: Record<string, number>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ')
const settings = listed({ index_granularity: 8192, ttl_only_drop_parts: 1, ...merges })

const tables = ['otel_traces', 'otel_traces_trace_id_ts', 'otel_logs'] as const

/**
 * A log line's message without its numbers and ids: what lines that differ only in these have in common. Computed once for each line: at 100,000 lines,
 * the overview of a search takes five times as much CPU if it computes them all.
 */
const pattern = String.raw`Pattern LowCardinality(String) MATERIALIZED
      replaceRegexpAll(substring(Body, 1, 300), '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{16,}|P?[0-9]+(\\.[0-9]+)?', '…') CODEC(ZSTD(1))`

export const createTables = ({ hours }: Retention): string[] => [
  `CREATE TABLE IF NOT EXISTS otel_traces (
    Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TraceId ${text}, SpanId ${text}, ParentSpanId ${text}, TraceState ${text},
    SpanName ${word}, SpanKind ${word}, ServiceName ${word},
    ResourceAttributes ${attributes},
    ScopeName ${text}, ScopeVersion ${text},
    SpanAttributes ${attributes},
    Duration UInt64 CODEC(ZSTD(1)),
    StatusCode ${word}, StatusMessage ${text},
    Events Nested (Timestamp DateTime64(9), Name LowCardinality(String), Attributes Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
    Links Nested (TraceId String, SpanId String, TraceState String, Attributes Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_res_attr_value mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_span_attr_key mapKeys(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_span_attr_value mapValues(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_duration Duration TYPE minmax GRANULARITY 1
  ) ENGINE = MergeTree()
  PARTITION BY toDate(Timestamp)
  ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))
  TTL toDateTime(Timestamp) + toIntervalHour(${hours})
  SETTINGS ${settings}`,

  `CREATE TABLE IF NOT EXISTS otel_traces_trace_id_ts (
    TraceId ${text},
    Start DateTime CODEC(Delta, ZSTD(1)),
    End DateTime CODEC(Delta, ZSTD(1)),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.01) GRANULARITY 1
  ) ENGINE = MergeTree()
  PARTITION BY toDate(Start)
  ORDER BY (TraceId, Start)
  TTL toDateTime(Start) + toIntervalHour(${hours})
  SETTINGS ${settings}`,

  `CREATE MATERIALIZED VIEW IF NOT EXISTS otel_traces_trace_id_ts_mv TO otel_traces_trace_id_ts AS
  SELECT TraceId, min(Timestamp) AS Start, max(Timestamp) AS End FROM otel_traces WHERE TraceId != '' GROUP BY TraceId`,

  `CREATE TABLE IF NOT EXISTS otel_logs (
    Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TimestampTime DateTime DEFAULT toDateTime(Timestamp),
    TraceId ${text}, SpanId ${text}, TraceFlags UInt8,
    SeverityText ${word}, SeverityNumber UInt8,
    ServiceName ${word},
    Body ${text},
    ResourceSchemaUrl ${word}, ResourceAttributes ${attributes},
    ScopeSchemaUrl ${word}, ScopeName ${text}, ScopeVersion ${word}, ScopeAttributes ${attributes},
    LogAttributes ${attributes},
    ${pattern},
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_res_attr_value mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_scope_attr_key mapKeys(ScopeAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_scope_attr_value mapValues(ScopeAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_log_attr_key mapKeys(LogAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_log_attr_value mapValues(LogAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_body Body TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 8
  ) ENGINE = MergeTree()
  PARTITION BY toDate(TimestampTime)
  PRIMARY KEY (ServiceName, TimestampTime)
  ORDER BY (ServiceName, TimestampTime, Timestamp)
  TTL TimestampTime + toIntervalHour(${hours})
  SETTINGS ${settings}`,

  // For tables that an earlier version created. Where a stored line has no pattern yet, reading computes it.
  `ALTER TABLE otel_logs ADD COLUMN IF NOT EXISTS ${pattern}`,
  ...tables.map((table) => `ALTER TABLE ${table} MODIFY SETTING ${listed(merges)}`),
]
