import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { Intake } from './intake.ts'
import { openStoreBench, type StoreBench } from './store-bench.ts'

let bench: StoreBench
let app: FastifyInstance
let intake: Intake

const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } })
const slow = '00000000000000ab48485a3953bb6124'
const quick = randomBytes(16).toString('hex')
const span = (traceId: string, spanId: string, ms: number, fields: object = {}) => {
  const start = BigInt(Date.now() - 5_000) * 1_000_000n
  return {
    traceId,
    spanId,
    name: 'GET /api/products',
    kind: 2,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + BigInt(ms) * 1_000_000n),
    ...fields,
  }
}

before(async () => {
  bench = await openStoreBench()
  ;({ app, intake } = bench)
  const spans = [
    span(slow, '1111111111111111', 90_000, { status: { code: 2 }, attributes: [attribute('http.response.status_code', '500')] }),
    span(slow, '2222222222222222', 40, { parentSpanId: '1111111111111111', kind: 3, name: 'pg.query' }),
    span(quick, '3333333333333333', 2, { attributes: [attribute('http.response.status_code', '200'), attribute('cached', 'true')] }),
  ]
  const payload = {
    resourceSpans: [
      {
        resource: { attributes: [attribute('service.name', 'gateway'), attribute('service.version', '5.2.0')] },
        scopeSpans: [{ spans: [...spans, spans[1]] }],
      },
      { scopeSpans: [{ spans: [span(randomBytes(16).toString('hex'), '4444444444444444', 1)] }] },
    ],
  }
  const answer = await app.inject({ method: 'POST', url: '/v1/traces', payload })
  assert.equal(answer.statusCode, 200)
  await intake.flush()
})
after(() => bench.close())

interface Answer {
  data: { traceID: string; spans: { spanID: string }[] }[] | null
  errors: { code: number; msg: string }[] | null
}
const ask = async (what: string, params: Record<string, string | string[]> = {}) => {
  const query = new URLSearchParams(Object.entries(params).flatMap(([name, value]) => [value].flat().map((one) => [name, one])))
  const answer = await app.inject(`/jaeger/api/${what}?${query}`)
  return { status: answer.statusCode, ...answer.json<Answer>() }
}
const found = async (params: Record<string, string | string[]>) =>
  (await ask('traces', { service: 'gateway', ...params })).data?.map(({ traceID }) => traceID).toSorted()

test('what a trace shows is what it is found by', async () => {
  for (const [params, traces] of [
    [{ tags: '{"error":"true"}' }, [slow]],
    [{ tags: '{"error":true}' }, [slow]],
    [{ tag: 'error:true' }, [slow]],
    [{ tags: '{"http.response.status_code":500}' }, [slow]],
    [{ tags: '{"http.response.status_code":"200"}' }, [quick]],
    [{ tags: '{"cached":true}' }, [quick]],
    [{ tags: '{"span.kind":"client"}' }, [slow]],
    [{ tag: ['span.kind:server', 'cached:true'] }, [quick]],
    [{ tags: '{"service.version":"5.2.0"}' }, [quick, slow]],
    [{ tags: '{"service.name":"gateway"}' }, [quick, slow]],
    [{ tags: '{"http.response.status_code":404}' }, []],
    [{ tags: '{"error":""}' }, [slow]],
    [{ tags: '{"error":"false"}' }, [quick, slow]],
    [{ tags: '{"error":"timeout"}' }, []],
    [{ tags: '{"nowhere":""}' }, []],
    [{ limit: '', tags: '', start: '', end: '', lookback: '', maxDuration: '' }, [quick, slow]],
    [{ limit: '1000000' }, [quick, slow]],
    [{ minDuration: '0' }, [quick, slow]],
  ] as const)
    assert.deepEqual(await found(params as Record<string, string>), traces.toSorted(), JSON.stringify(params))
})

test('the console finds traces by tags as well, each of which has to be there', async () => {
  const byTags = async (...tags: string[]) => {
    const query = new URLSearchParams([['service', 'gateway'], ...tags.map((tag) => ['tag', tag])])
    const answer = await app.inject(`/telemetry/traces?${query}`)
    return {
      status: answer.statusCode,
      ids: answer
        .json<{ traces?: { traceId: string }[] }>()
        .traces?.map(({ traceId }) => traceId)
        .toSorted(),
    }
  }
  assert.deepEqual((await byTags('http.response.status_code=500')).ids, [slow])
  assert.deepEqual((await byTags('span.kind=server', 'cached=true')).ids, [quick])
  assert.deepEqual((await byTags('service.version=5.2.0')).ids, [quick, slow].toSorted())
  assert.deepEqual((await byTags('cached=true', 'http.response.status_code=500')).ids, [])
  assert.equal((await byTags('cached')).status, 400)
})

test('durations are read as Go reads them', async () => {
  assert.deepEqual(await found({ minDuration: '1m' }), [slow])
  assert.deepEqual(await found({ minDuration: '1m29s' }), [slow])
  assert.deepEqual(await found({ minDuration: '1h' }), [])
  assert.deepEqual(await found({ minDuration: '1.5ms', maxDuration: '39ms' }), [quick])
  assert.deepEqual(await found({ minDuration: '' }), [quick, slow].toSorted())
})

test('what is not understood is refused in the form that clients read, and never dropped', async () => {
  for (const params of [
    { minDuration: '10x' },
    { maxDuration: '5' },
    { tags: 'error=true' },
    { tag: 'error' },
    { limit: '0' },
    { start: '1e30' },
    { end: '-1' },
    { minDuration: '99999999999h' },
    { minDuration: '2s', maxDuration: '1s' },
    { traceID: 'xyz' },
    { service: '' },
  ] as Record<string, string>[]) {
    const { status, data, errors } = await ask('traces', { service: 'gateway', ...params })
    assert.deepEqual([status, data, errors?.[0]?.code], [400, null, 400], JSON.stringify(params))
  }
  assert.match(
    (await ask('traces', { service: 'gateway', minDuration: '10x' })).errors?.[0]?.msg ?? '',
    /'10x' is no duration: write 120ms/,
  )
  for (const query of ['traces?from=1e30', 'traces?to=-1', 'logs?from=1e30', 'logs/overview?to=1e30', 'service-graph?from=1e16'])
    assert.equal((await app.inject(`/telemetry/${query}`)).statusCode, 400, query)
  assert.equal((await app.inject('/telemetry/traces?minDurationMs=1e30')).statusCode, 200)
  for (const query of ['endTs=1e30', 'endTs=-1', 'lookback=-1'])
    assert.equal((await app.inject(`/jaeger/api/dependencies?${query}`)).statusCode, 400, query)
  assert.equal((await app.inject('/jaeger/api/dependencies?endTs=&lookback=1e30')).statusCode, 200)
  assert.equal((await ask('traces/xyz')).status, 400)
  assert.equal((await ask(`traces/${'f'.repeat(32)}`)).status, 404)
})

test('a trace is found by its id as people have it, and a span that was sent twice is there once', async () => {
  for (const id of [slow, slow.toUpperCase(), 'ab48485a3953bb6124']) {
    const { data } = await ask(`traces/${id}`)
    assert.deepEqual(data?.[0]?.spans.map(({ spanID }) => spanID).toSorted(), ['1111111111111111', '2222222222222222'], id)
  }
  assert.equal((await ask('traces', { traceID: [slow, quick] })).data?.length, 2)
  const { traces } = (await app.inject('/telemetry/traces?service=gateway')).json<{
    traces: { traceId: string; spans: number; errors: number }[]
  }>()
  assert.deepEqual(
    traces.filter(({ traceId }) => traceId === slow).map(({ spans, errors }) => [spans, errors]),
    [[2, 1]],
  )
})

test('limits are those of Jaeger', async () => {
  for (const limit of ['500', '501', '1500']) assert.equal((await ask('traces', { service: 'gateway', limit })).status, 200, limit)
})

test('services have names, operations are listed once, and what may be left out may be left out', async () => {
  assert.deepEqual((await ask('services')).data, ['gateway'])
  assert.deepEqual((await ask('services/gateway/operations')).data, ['GET /api/products', 'pg.query'])
  assert.deepEqual((await ask('operations', { service: 'gateway', spanKind: 'client' })).data, [{ name: 'pg.query', spanKind: 'client' }])
  assert.equal((await ask('dependencies')).status, 200)
})

test('a data source that asks past the path is told so in the form of Jaeger, and gets no empty list', async () => {
  // As Grafana 12.1 sends a search: the path of the data source's URL is lost.
  for (const query of [
    'traces?service=gateway&limit=20',
    'traces?service=gateway&lookback=1h&start=1&end=2',
    'services',
    `traces/${slow}`,
  ]) {
    const answer = await app.inject(`/api/${query}`)
    const { data, errors } = answer.json<Answer>()
    assert.deepEqual([answer.statusCode, data, errors?.[0]?.code], [404, null, 404], query)
    assert.match(errors?.[0]?.msg ?? '', /under \/jaeger\/api here.* Grafana 12\.2 or later/)
  }
  assert.equal((await app.inject('/telemetry/traces?service=gateway&lookback=1h')).statusCode, 400)
})

test('a trace that is still arriving is not listed as if it were whole', async () => {
  const listed = async () =>
    (await app.inject('/telemetry/traces?service=arriving')).json<{ traces: { rootName: string; spans: number }[] }>().traces
  const send = async (spans: object[]) => {
    const resource = { attributes: [attribute('service.name', 'arriving')] }
    await app.inject({ method: 'POST', url: '/v1/traces', payload: { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] } })
    await intake.flush()
  }
  const id = randomBytes(16).toString('hex')
  await send([span(id, '6666666666666666', 1, { parentSpanId: '5555555555555555', name: 'pg.query' })])
  assert.deepEqual(await listed(), [])
  await send([span(id, '5555555555555555', 3, { name: 'GET /' })])
  assert.deepEqual(
    (await listed()).map(({ rootName, spans }) => [rootName, spans]),
    [['GET /', 2]],
  )
  // One whose root never came is listed all the same, when it has had its time.
  const old = String(BigInt(Date.now() - 20_000) * 1_000_000n)
  await send([
    span(randomBytes(16).toString('hex'), '7777777777777777', 1, {
      parentSpanId: '8888888888888888',
      name: 'orphan',
      startTimeUnixNano: old,
      endTimeUnixNano: old,
    }),
  ])
  assert.deepEqual((await listed()).map(({ rootName }) => rootName).toSorted(), ['GET /', 'orphan'])
})
