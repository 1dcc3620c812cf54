import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { openStoreBench, type StoreBench } from '../../observability/store/store-bench.ts'
import { filled, readRequest } from './http-file.ts'
import { questions, type RequestInput, telemetry, type TelemetryInput } from './telemetry-inputs.ts'

const here = import.meta.dirname
const nowMs = Date.now()
let bench: StoreBench
let base = ''

before(async () => {
  bench = await openStoreBench()
  base = await bench.app.listen({ port: 0, host: '127.0.0.1' })
  await sendWhatIsAskedFor()
})
after(() => bench.close())

/** Sends the request in a file over HTTP; returns the answer as text. */
async function sent(kind: string, file: string): Promise<{ status: number; text: string }> {
  const { method, path: target, headers, body } = readRequest(readFileSync(path.join(here, kind, file), 'utf8'), nowMs)
  const answer = await fetch(`${base}${target}`, { method, headers, body: body && new Uint8Array(body) })
  return { status: answer.status, text: await answer.text() }
}

async function sendWhatIsAskedFor(): Promise<void> {
  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } })
  const span = (traceId: string, spanId: string, name: string, seconds: number, fields: object) => ({
    traceId,
    spanId,
    name,
    kind: 2,
    startTimeUnixNano: `${nowMs - seconds * 1_000}000000`,
    endTimeUnixNano: `${nowMs}000000`,
    ...fields,
  })
  const spansOf = (service: string, ...spans: object[]) => ({
    resource: { attributes: [attribute('service.name', service)] },
    scopeSpans: [{ spans }],
  })
  const resourceSpans = [
    spansOf(
      'gateway',
      span('008efff798038103d269b633813fc703', '1111111111111111', 'POST /api/checkout', 25, {
        status: { code: 2 },
        attributes: [attribute('http.status_code', '503')],
      }),
      span('918efff798038103d269b633813fc704', '2222222222222222', 'GET /api/products', 1, {
        attributes: [attribute('guid:x-request-id', 'some guid')],
      }),
    ),
    spansOf('team1/app2', span('a28efff798038103d269b633813fc705', '3333333333333333', 'GET /of-a-team', 1, {})),
  ]
  const answer = await bench.app.inject({ method: 'POST', url: '/v1/traces', payload: { resourceSpans } })
  assert.equal(answer.statusCode, 200)
  await bench.intake.flush()
}

const outcome = ({ status, told }: RequestInput): string =>
  status !== 200 ? `refused with ${status}` : told ? 'kept in part, and told' : 'kept'

for (const { file, source, status, told, kept, holds = {} } of telemetry)
  test(`telemetry: ${file} (${source})`, async () => {
    const answer = await sent('telemetry', file)
    assert.equal(answer.status, status, answer.text)
    if (told) assert.match(answer.text, told)
    else assert.match(answer.text, /^(\{\})?$/, 'nothing else is told')
    await bench.intake.flush()
    const service = path.basename(file, '.http')
    const table = service.startsWith('log-') ? 'otel_logs' : 'otel_traces'
    const columns = Object.keys(holds).map((expression, index) => `, ${expression} AS held${index}`)
    const rows = await bench.engine.query<Record<string, string>>(
      `SELECT 1 AS row${columns.join('')} FROM ${table} WHERE startsWith(ServiceName, {service:String})`,
      { service },
    )
    assert.equal(rows.length, kept)
    Object.entries(holds).forEach(([expression, value], index) => assert.equal(rows[0]?.[`held${index}`], filled(value, nowMs), expression))
  })

for (const { file, source, status, told, finds } of questions)
  test(`jaeger: ${file} (${source})`, async () => {
    const answer = await sent('jaeger', file)
    assert.equal(answer.status, status, answer.text)
    // Safe: the form of Jaeger's API; the assertions below check it.
    const { data, errors } = JSON.parse(answer.text) as {
      data: (string | { spans: { operationName: string }[] })[] | null
      errors: { code: number; msg: string }[] | null
    }
    if (!finds) {
      assert.deepEqual([data, errors?.[0]?.code], [null, status])
      return assert.match(errors?.[0]?.msg ?? '', told ?? /^$/)
    }
    const found = (data ?? []).map((one) => (typeof one === 'string' ? one : (one.spans[0]?.operationName ?? '')))
    assert.deepEqual([found.toSorted(), errors], [finds, null])
  })

for (const [kind, inputs] of [
  ['telemetry', telemetry],
  ['jaeger', questions],
] as [string, (RequestInput | TelemetryInput)[]][])
  test(`${kind}: each file is tested and listed, with its source`, () => {
    const readme = readFileSync(path.join(here, 'README.md'), 'utf8')
    assert.deepEqual(readdirSync(path.join(here, kind)).toSorted(), inputs.map(({ file }) => file).toSorted())
    for (const input of inputs) {
      const right = kind === 'jaeger' ? (input.status === 200 ? 'answered' : `refused with ${input.status}`) : outcome(input)
      assert.ok(readme.includes(`| \`${input.file}\` | ${input.source} | ${right} |`), `${input.file}: '${right}' is not in the README`)
    }
  })
