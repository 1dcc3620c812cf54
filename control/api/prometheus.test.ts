import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { binarySources, findBinary } from '../../range/binaries.ts'
import type { GameDays } from '../game-days.ts'
import { Looks } from '../looks.ts'
import { People } from '../people.ts'
import { createApp } from './app.ts'
import type { Api, ApiContext } from './context.ts'
import { telemetryRoutes } from './telemetry.ts'

// Safe: nobody has joined a game day.
const nobody = { looks: new Looks(() => {}), people: new People({ current: () => null } as unknown as GameDays) }
// Prometheus as Grafana asks it, through both of the ways that lead to it.
const program = findBinary(binarySources('').find(({ binary }) => binary === 'prometheus')!)
const dir = mkdtempSync(path.join(tmpdir(), 'prometheus-'))
let prometheus: ChildProcess | null = null
let app: Api
let base = ''

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo
      server.close(() => resolve(port))
    })
  })

before(async () => {
  if (program === null) return
  const port = await freePort()
  const at = `127.0.0.1:${port}`
  writeFileSync(
    path.join(dir, 'prometheus.yml'),
    `global: { scrape_interval: 200ms }\nscrape_configs: [{ job_name: prometheus, metrics_path: /prometheus/metrics, static_configs: [{ targets: ['${at}'] }] }]\n`,
  )
  prometheus = spawn(
    program,
    [
      `--config.file=${path.join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${dir}/data`,
      `--web.listen-address=${at}`,
      `--web.external-url=http://${at}/prometheus/`,
      ...['--web.enable-lifecycle', '--enable-feature=exemplar-storage'],
    ],
    { stdio: 'ignore' },
  )
  app = createApp()
  telemetryRoutes(app, { context: { port: () => port, config: { profile: 'drill' } }, ...nobody } as unknown as ApiContext)
  base = await app.listen({ port: 0, host: '127.0.0.1' })
  const giveUpAt = Date.now() + 30_000
  const scraped = async () => {
    const answer = await fetch(`http://${at}/prometheus/api/v1/query?query=up`).catch(() => null)
    return answer?.ok === true && ((await answer.json()) as { data: { result: unknown[] } }).data.result.length > 0
  }
  while (!(await scraped())) {
    assert.ok(Date.now() < giveUpAt, 'Prometheus has scraped nothing')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
})
after(async () => {
  await app?.close()
  prometheus?.kill('SIGKILL')
  if (prometheus) await new Promise((resolve) => prometheus?.once('exit', resolve))
  rmSync(dir, { recursive: true, force: true })
})

const form = (params: Record<string, string>): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(params),
})
async function answer(url: string, init: RequestInit = {}) {
  const response = await fetch(`${base}${url}`, init)
  const text = await response.text()
  return {
    status: response.status,
    text,
    body: (text.startsWith('{') ? JSON.parse(text) : {}) as { status?: string; data?: unknown; error?: string },
  }
}

for (const api of ['/prometheus/api/v1', '/api/prometheus'])
  test(`what Grafana asks of Prometheus, by ${api}`, { skip: program === null }, async () => {
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
      // As health checks of the data source do: parameters in both.
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
  test(`a query of 20 KB, by ${api}`, { skip: program === null }, async () => {
    const query = `up{job=~"${Array.from({ length: 2_000 }, (_, index) => `job-${index}`).join('|')}|prometheus"}`
    assert.ok(query.length > 16_384)
    const asked: [string, RequestInit?][] = [[`/query?${new URLSearchParams({ query })}`], ['/query', form({ query })]]
    for (const [path, init] of asked) {
      const { status, body } = await answer(`${api}${path}`, init)
      assert.deepEqual([status, (body.data as { result: unknown[] }).result.length], [200, 1], init?.method ?? 'GET')
    }
  })

for (const api of ['/prometheus/api/v1', '/api/prometheus'])
  test(`a query that is none is answered by Prometheus itself, by ${api}`, { skip: program === null }, async () => {
    for (const [path, init] of [['/query?query=sum('], ['/query', form({ query: 'sum(' })], ['/query_range?query=up']] as [
      string,
      RequestInit?,
    ][]) {
      const { status, body } = await answer(`${api}${path}`, init)
      assert.deepEqual([status, body.status], [400, 'error'], path)
      assert.match(body.error ?? '', /parse error|cannot parse/)
    }
  })

test('Prometheus is asked and never changed, by whatever method', { skip: program === null }, async () => {
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
    // Not by `fetch`, which takes dot segments out itself.
    const { statusCode } = await app.inject({
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
