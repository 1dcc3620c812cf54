import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { noPrometheus as skip, startPrometheusBehind, type Behind } from '../../test/prometheus-behind.ts'

// Prometheus through both paths that Grafana can use.
let behind: Behind | undefined
before(async () => void (behind = skip ? undefined : await startPrometheusBehind()))
after(() => behind?.[Symbol.asyncDispose]())

const form = (params: Record<string, string>): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(params),
})
async function answer(url: string, init: RequestInit = {}) {
  const response = await fetch(`${behind?.base}${url}`, init)
  const text = await response.text()
  return {
    status: response.status,
    text,
    body: (text.startsWith('{') ? JSON.parse(text) : {}) as { status?: string; data?: unknown; error?: string },
  }
}

for (const api of ['/prometheus/api/v1', '/api/prometheus'])
  test(`Grafana’s queries to Prometheus, through ${api}`, { skip }, async () => {
    const now = String(Date.now() / 1_000)
    const range = { query: 'up', start: String(Number(now) - 60), end: now, step: '15' }
    const asked: [string, RequestInit?][] = [
      ['/status/buildinfo'],
      ['/status/flags'],
      ['/metadata?limit=5'],
      ['/rules'],
      ['/label/__name__/values?match[]=up&limit=10'],
      ['/labels?match[]=up', undefined],
      ['/labels', form({ 'match[]': 'up', start: range.start, end: range.end })],
      ['/series?match[]=up'],
      ['/series', form({ 'match[]': 'up' })],
      [`/query_exemplars?${new URLSearchParams(range)}`],
      ['/query_exemplars', form(range)],
      [`/query?${new URLSearchParams({ query: 'up', time: now })}`],
      ['/query', form({ query: '1+1', time: now })],
      // As the data source's health check does: parameters in both URL and body.
      ['/query?time=4', form({ query: '1+1' })],
      [`/query_range?${new URLSearchParams(range)}`],
      ['/query_range', form(range)],
    ]
    for (const [path, init] of asked) {
      const { status, body, text } = await answer(`${api}${path}`, init)
      assert.deepEqual([status, body.status], [200, 'success'], `${init?.method ?? 'GET'} ${path}: ${text}`)
    }
    const names = (await answer(`${api}/label/__name__/values?match[]=up`)).body.data
    assert.deepEqual(names, ['up'])
    const labels = (await answer(`${api}/labels`, form({ 'match[]': 'up' }))).body.data
    assert.deepEqual(labels, ['__name__', 'instance', 'job'])
  })

for (const api of ['/prometheus/api/v1', '/api/prometheus'])
  test(`a query of 20 KB, through ${api}`, { skip }, async () => {
    const query = `up{job=~"${Array.from({ length: 2_000 }, (_, index) => `job-${index}`).join('|')}|prometheus"}`
    assert.ok(query.length > 16_384)
    const asked: [string, RequestInit?][] = [[`/query?${new URLSearchParams({ query })}`], ['/query', form({ query })]]
    for (const [path, init] of asked) {
      const { status, body } = await answer(`${api}${path}`, init)
      assert.deepEqual([status, (body.data as { result: unknown[] }).result.length], [200, 1], init?.method ?? 'GET')
    }
  })

for (const api of ['/prometheus/api/v1', '/api/prometheus'])
  test(`an invalid query is answered by Prometheus itself, through ${api}`, { skip }, async () => {
    for (const [path, init] of [['/query?query=sum('], ['/query', form({ query: 'sum(' })], ['/query_range?query=up']] as [
      string,
      RequestInit?,
    ][]) {
      const { status, body } = await answer(`${api}${path}`, init)
      assert.deepEqual([status, body.status], [400, 'error'], path)
      assert.match(body.error ?? '', /parse error|cannot parse/)
    }
  })

test('Prometheus can be read but not changed, by any method', { skip }, async () => {
  for (const [method, url] of [
    ['POST', '/prometheus/-/reload'],
    ['POST', '/prometheus/-/quit'],
    ['PUT', '/prometheus/-/quit'],
    ['POST', '/prometheus/api/v1/query/../../../-/quit'],
    ['POST', '/prometheus/api/v1/query%2f..%2f..%2f..%2f-%2fquit'],
    ['POST', '/prometheus/api/v1/admin/tsdb/delete_series'],
    ['POST', '/prometheus/api/v1/write'],
    ['POST', '/api/prometheus/admin/tsdb/snapshot'],
    ['POST', '/api/prometheus/..%2f..%2f-%2fquit'],
    ['GET', '/api/prometheus/..%2f..%2f-%2fquit'],
    ['GET', '/api/prometheus/status/config'],
  ] as const) {
    // Not by `fetch`, which removes dot segments itself.
    const { statusCode } = await behind!.app.inject({
      method,
      url,
      ...(method === 'POST' ? { headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: '' } : {}),
    })
    assert.equal(statusCode, 404, `${method} ${url}`)
  }
  assert.equal((await answer('/api/prometheus/query?query=up')).status, 200)
  assert.equal(
    (await answer('/api/prometheus/query', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"up"}' }))
      .status,
    400,
  )
})
