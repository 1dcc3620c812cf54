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
    span(slow, '1111111111111111', 90_000, {
      parentSpanId: '0000000000000000',
      status: { code: 2 },
      attributes: [attribute('http.response.status_code', '500')],
      links: [{ traceId: '0'.repeat(32), spanId: '0'.repeat(16) }],
      events: [{ name: 'exception', attributes: [attribute('exception.type', 'TimeoutError')] }, { name: 'retry' }],
    }),
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

test('a trace is found by everything that it shows', async () => {
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
    [{ tags: '{"exception.type":"TimeoutError"}' }, [slow]],
    [{ tags: '{"event":"exception"}' }, [slow]],
    [{ tag: 'event:retry' }, [slow]],
    [{ tags: '{"event":"exception","exception.type":"RangeError"}' }, []],
    [{ tags: ['{"cached":"true"}', '{"span.kind":"server"}'] }, [quick]],
    [{ tags: ['{"cached":"true"}', '{"span.kind":"client"}'] }, []],
    [{ tags: '{"__proto__":"x"}' }, []],
    [{ lookback: '1h' }, [quick, slow]],
    [{ lookback: '2d', start: '', end: '' }, [quick, slow]],
    [{ lookback: 'custom' }, [quick, slow]],
    [{ lookback: '0' }, []],
    [{ limit: '', tags: '', start: '', end: '', lookback: '', maxDuration: '' }, [quick, slow]],
    [{ limit: '1000000' }, [quick, slow]],
    [{ minDuration: '0' }, [quick, slow]],
  ] as const)
    assert.deepEqual(await found(params as Record<string, string>), traces.toSorted(), JSON.stringify(params))
})

test('the console finds traces by tags as well, all of which have to match', async () => {
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
  assert.deepEqual((await byTags('exception.type=TimeoutError')).ids, [slow])
  assert.deepEqual((await byTags('event=retry')).ids, [slow])
  assert.deepEqual((await byTags('error=true')).ids, [slow])
  assert.deepEqual((await byTags('cached=true', 'http.response.status_code=500')).ids, [])
  assert.equal((await byTags('cached')).status, 400)
})

test('durations are parsed as in Go', async () => {
  assert.deepEqual(await found({ minDuration: '1m' }), [slow])
  assert.deepEqual(await found({ minDuration: '1m29s' }), [slow])
  assert.deepEqual(await found({ minDuration: '1h' }), [])
  assert.deepEqual(await found({ minDuration: '1.5ms', maxDuration: '39ms' }), [quick])
  assert.deepEqual(await found({ minDuration: '' }), [quick, slow].toSorted())
})

test('invalid parameters are refused in the form that clients read, and never dropped', async () => {
  for (const params of [
    { minDuration: '10x' },
    { maxDuration: '5' },
    { tags: 'error=true' },
    { tag: 'error' },
    { limit: '0' },
    { start: '1e30' },
    { end: '-1' },
    { start: '1700000000000000', end: '1600000000000000' },
    { lookback: '1x' },
    { tags: '["error"]' },
    { minDuration: '99999999999h' },
    { minDuration: '2s', maxDuration: '1s' },
    { traceID: 'xyz' },
    { service: '' },
  ] as Record<string, string>[]) {
    const { status, data, errors } = await ask('traces', { service: 'gateway', ...params })
    assert.deepEqual([status, data, errors?.[0]?.code], [400, null, 400], JSON.stringify(params))
  }
  assert.match((await ask('traces', { service: 'gateway', tags: 'error=true' })).errors?.[0]?.msg ?? '', /tags are an object in JSON/)
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

test('a trace is found by its id in any common notation, and a duplicate span is returned once', async () => {
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

test('a trace is found despite hints about its time, in microseconds or, from Grafana, milliseconds', async () => {
  for (const [start, end] of [
    [Date.now() - 60_000, Date.now()],
    [(Date.now() - 60_000) * 1_000, Date.now() * 1_000],
    [1, 2],
  ]) {
    const { status, data } = await ask(`traces/${slow}`, { start: String(start), end: String(end) })
    assert.deepEqual([status, data?.[0]?.spans.length], [200, 2], `${start}`)
  }
  assert.equal((await ask(`traces/${slow}`, { start: 'yesterday' })).status, 400)
  assert.equal((await ask(`traces/${slow}`, { start: '', end: '' })).status, 200)
})

test('an id of zeros is no parent, no link and no trace', async () => {
  const { data } = await ask(`traces/${slow}`)
  const spans = (data?.[0]?.spans ?? []) as { spanID: string; references: { spanID: string }[] }[]
  assert.deepEqual(spans.map(({ spanID, references }) => [spanID, references.map((one) => one.spanID)]).toSorted(), [
    ['1111111111111111', []],
    ['2222222222222222', ['1111111111111111']],
  ])
  assert.doesNotMatch(JSON.stringify(data), /"0{16}/)
  assert.equal((await ask(`traces/${'0'.repeat(32)}`)).status, 404)
  const [stored] = await bench.engine.query<{ links: string }>('SELECT toString(sum(length(Links.TraceId))) AS links FROM otel_traces')
  assert.equal(stored?.links, '0')
})

test('limits are those of Jaeger, and that many traces are returned quickly', async () => {
  const traces = 1_600
  const resource = { attributes: [attribute('service.name', 'many')] }
  const ids = Array.from({ length: traces }, () => randomBytes(16).toString('hex'))
  const startOf = (index: number) => BigInt(Date.now() - 600_000 + index * 100) * 1_000_000n
  const spans = ids.flatMap((traceId, index) => {
    const times = { startTimeUnixNano: String(startOf(index)), endTimeUnixNano: String(startOf(index) + 1_000_000n) }
    return ['a', 'b', 'c'].map((part, at) =>
      span(traceId, `${part.repeat(8)}${index.toString(16).padStart(8, '0')}`, 1, {
        ...times,
        ...(at > 0 ? { parentSpanId: `aaaaaaaa${index.toString(16).padStart(8, '0')}` } : {}),
        attributes: [attribute('cached', 'true')],
      }),
    )
  })
  const sent = await app.inject({ method: 'POST', url: '/v1/traces', payload: { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] } })
  assert.equal(sent.statusCode, 200)
  await intake.flush()
  const newest = ids.toReversed()
  for (const [limit, expected] of [
    ['', 100],
    ['500', 500],
    ['501', 501],
    ['1500', 1_500],
    ['5000', traces],
  ] as const) {
    const startedAt = performance.now()
    const { status, data } = await ask('traces', { service: 'many', limit, tags: '{"cached":"true"}' })
    // The database's timeout is 15 s; two shared cores need about one second for the largest.
    assert.ok(performance.now() - startedAt < 7_500, `${limit}: ${performance.now() - startedAt} ms`)
    assert.equal(status, 200, limit)
    assert.deepEqual(
      data?.map(({ traceID }) => traceID),
      newest.slice(0, expected),
      limit,
    )
    assert.ok(
      data?.every((trace) => trace.spans.length === 3),
      limit,
    )
  }
})

test('an unknown route is refused in the API’s form', async () => {
  const { status, data, errors } = await ask('v3/services')
  assert.deepEqual([status, data, errors?.[0]?.code], [404, null, 404])
  assert.match(errors?.[0]?.msg ?? '', /there is no GET \/jaeger\/api\/v3\/services here/)
})

test('services have names, operations are listed once, and optional fields may be missing', async () => {
  assert.deepEqual((await ask('services')).data, ['gateway', 'many'])
  assert.deepEqual((await ask('services/gateway/operations')).data, ['GET /api/products', 'pg.query'])
  assert.deepEqual((await ask('operations', { service: 'gateway', spanKind: 'client' })).data, [{ name: 'pg.query', spanKind: 'client' }])
  assert.equal((await ask('dependencies')).status, 200)
})

test('a data source that loses the path of its URL is answered as by Jaeger, and older scripts as before', async () => {
  // A search as Grafana 12.1 sends it.
  const window = `start=${(Date.now() - 3_600_000) * 1_000}&end=${Date.now() * 1_000}`
  for (const query of [
    'traces?service=gateway&limit=20',
    `traces?service=gateway&operation=&tags=&minDuration=&${window}`,
    'services',
    `traces/${slow}`,
  ]) {
    const there = (await app.inject(`/api/${query}`)).json<Answer>()
    const here = (await app.inject(`/jaeger/api/${query}`)).json<Answer>()
    assert.ok((here.data?.length ?? 0) > 0, query)
    assert.deepEqual(there.data, here.data, query)
  }
  const { traces } = (await app.inject('/api/traces?service=gateway&limit=20')).json<{ traces: unknown[] }>()
  const { spans } = (await app.inject(`/api/traces/${slow}`)).json<{ spans: unknown[] }>()
  assert.ok(traces.length > 0 && spans.length > 0)
  const ours = (await app.inject('/api/traces?service=gateway&errors=true')).json<Answer & { traces: unknown[] }>()
  assert.deepEqual([ours.data, ours.traces.length > 0], [undefined, true], "a filter of ours is none of Jaeger's")
  assert.ok(Array.isArray((await app.inject('/api/logs')).json<{ logs: unknown }>().logs))
  for (const [query, status] of [
    ['traces?service=gateway&minDuration=soon', 400],
    [`traces/${'0'.repeat(31)}9`, 404],
    ['elsewhere', 404],
  ] as const) {
    const answer = await app.inject(`/api/${query}`)
    assert.deepEqual([answer.statusCode, answer.json<Answer>().errors?.[0]?.code], [status, status], query)
  }
  assert.equal((await app.inject('/telemetry/traces?service=gateway&lookback=1h')).statusCode, 400)
})

test('a duplicate span is one call in the graph of services', async () => {
  const id = randomBytes(16).toString('hex')
  const caller = {
    resource: { attributes: [attribute('service.name', 'caller')] },
    scopeSpans: [{ spans: [span(id, 'aaaaaaaaaaaaaaaa', 9, { kind: 3 })] }],
  }
  const callee = {
    resource: { attributes: [attribute('service.name', 'callee')] },
    scopeSpans: [{ spans: [span(id, 'bbbbbbbbbbbbbbbb', 5, { kind: 2, parentSpanId: 'aaaaaaaaaaaaaaaa', status: { code: 2 } })] }],
  }
  for (let time = 0; time < 2; time++) {
    await app.inject({ method: 'POST', url: '/v1/traces', payload: { resourceSpans: [caller, callee] } })
    await intake.flush()
  }
  const { edges } = (await app.inject('/telemetry/service-graph')).json<{
    edges: { parent: string; child: string; calls: number; errors: number }[]
  }>()
  assert.deepEqual(
    edges.filter(({ parent }) => parent === 'caller').map(({ child, calls, errors }) => [child, calls, errors]),
    [['callee', 1, 1]],
  )
  const { data } = (await app.inject('/jaeger/api/dependencies')).json<{ data: object[] }>()
  assert.deepEqual(data, [{ parent: 'caller', child: 'callee', callCount: 1 }])
})

test('a trace that is still arriving is not listed as complete', async () => {
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
  // A trace whose root never arrived is listed after a while.
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
