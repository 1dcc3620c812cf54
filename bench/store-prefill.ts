/** Fills the tables of a stopped store with spans and logs of the last hour: `node store-prefill.ts FOLDER ROWS`. */
import path from 'node:path'
import { serviceNames } from '../model/components.ts'
import { chdbEngine } from '../observability/store/engine/chdb.ts'
import { createTables } from '../observability/store/schema.ts'

const [folder, rows] = process.argv.slice(2)
if (!folder || !Number(rows)) throw new Error('usage: store-prefill.ts FOLDER ROWS')
const engine = chdbEngine(path.join(folder, 'chdb'))
for (const statement of createTables({ hours: 6 })) await engine.execute(statement)

/** In parts, so that the memory of one insert stays small. */
const part = 500_000
const spansPerTrace = 20
const hourUs = 3_600_000_000
const service = `arrayElement(${JSON.stringify(serviceNames).replaceAll('"', "'")}, 1 + number % ${serviceNames.length})`

for (let from = 0; from < Number(rows); from += part) {
  const count = Math.min(part, Number(rows) - from)
  const source = `(SELECT number + ${from} AS number, now64(6) - toIntervalMicrosecond(intDiv(number * ${Math.floor(hourUs / Number(rows))}, 1)) AS at FROM numbers(${count}))`
  await engine.execute(`INSERT INTO otel_traces (Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ResourceAttributes, SpanAttributes, Duration, StatusCode)
    SELECT at, lower(hex(MD5(toString(intDiv(number, ${spansPerTrace}))))), substring(lower(hex(MD5(concat('span', toString(number))))), 1, 16),
      if(number % ${spansPerTrace} = 0, '', 'a000000000000000'), arrayElement(['GET /api/products', 'pg.query:SELECT shop', 'redis-GET', 'POST'], 1 + number % 4),
      'Server', ${service}, map('service.name', ${service}),
      map('http.route', '/api/products', 'db.system', 'postgresql', 'url.path', concat('/api/products/', toString(number % 3000))),
      1000000 + cityHash64(number) % 90000000, if(number % 997 = 0, 'Error', 'Unset')
    FROM ${source}`)
  await engine.execute(`INSERT INTO otel_logs (Timestamp, TraceId, SpanId, SeverityText, SeverityNumber, ServiceName, Body, LogAttributes)
    SELECT at, lower(hex(MD5(toString(intDiv(number, ${spansPerTrace}))))), substring(lower(hex(MD5(concat('span', toString(number))))), 1, 16),
      if(number % 211 = 0, 'ERROR', 'INFO'), if(number % 211 = 0, 17, 9), ${service},
      concat('POST /api/checkout ', toString(200 + number % 5), ' in ', toString(cityHash64(number) % 400), ' ms, order ', lower(hex(MD5(toString(number))))),
      map('http.status_code', '200')
    FROM ${source}`)
}
await engine.close()
