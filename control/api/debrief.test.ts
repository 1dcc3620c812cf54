import assert from 'node:assert/strict'
import http from 'node:http'
import { test } from 'node:test'
import { strFromU8, unzipSync } from 'fflate'
import type { DrillEvent } from '../../model/drill.ts'
import { Recording } from '../../shell/recording.ts'
import { paperTokens, ownPorts } from '../replay/paper-context.ts'
import { ServedBench } from '../replay/served-bench.ts'
import { recordingsOf } from '../shells.ts'
import { Sunday } from '../../test/sunday.ts'

/** A finished drill with pinned notes. */
async function finished(served: ServedBench): Promise<string> {
  const { bench } = served
  const drill = await bench.start()
  const graph = { unit: 'seconds', from: bench.now / 1_000 - 60, to: bench.now / 1_000, series: [{ name: 'browse', points: [] }] }
  const pin = { kind: 'graph', title: 'Latency', href: '/dashboards/overview', facts: [], graph }
  const { status, text } = await served.ask('trainee', 'POST', `/api/drills/${drill}/notes`, { text: 'odd', pin })
  assert.equal(status, 200, text)
  await bench.engine.finish()
  return drill
}
async function download(served: ServedBench, url: string) {
  const headers = { authorization: `Bearer ${paperTokens.trainee}`, host: served.host }
  const answer = await (await served.app).inject({ url, headers })
  return { status: answer.statusCode, type: answer.headers['content-type'], as: answer.headers['content-disposition'], answer }
}
/** A Prometheus with two points in every series. */
async function prometheus(served: ServedBench): Promise<Disposable> {
  const server = http.createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://localhost')
    const [start, end] = ['start', 'end'].map((name) => Number(searchParams.get(name)))
    const values = [
      [start, '1'],
      [end, '2'],
    ]
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [{ metric: { service: 'orders' }, values }] } }))
  })
  await new Promise<void>((resolve) => server.listen(served.port('prometheus'), '127.0.0.1', resolve))
  return {
    [Symbol.dispose]: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

test('the instructor’s debrief has the results of checks, and the trainee’s has not', async () => {
  await using served = new ServedBench()
  const { bench } = served
  const drill = await bench.start()
  bench.ledger.append(drill, { type: 'health-changed', healthy: false, failing: ['users-served'] })
  await bench.engine.finish()
  const failing = async (role: 'trainee' | 'instructor') => {
    const { events } = await served.read<{ events: DrillEvent[] }>(role, `/api/drills/${drill}/debrief`)
    return events.flatMap((event) => (event.type === 'health-changed' ? [event.failing] : []))
  }
  assert.deepEqual([await failing('instructor'), await failing('trainee')], [[['users-served']], [[]]])
})

test('the single-file debrief is named after its scenario, and has graphs if Prometheus answers', async () => {
  await using served = new ServedBench({ portBase: ownPorts() })
  const drill = await finished(served)
  const url = `/api/drills/${drill}/debrief.html`
  const without = await download(served, url)
  assert.deepEqual(
    [without.status, without.type, without.as],
    [200, 'text/html; charset=utf-8', 'attachment; filename="debrief-slow-shelves.html"'],
  )
  assert.match(without.answer.body, /Slow shelves/)
  using _ = await prometheus(served)
  const graphs = (body: string) => body.split('<svg').length
  assert.ok(graphs((await download(served, url)).answer.body) > graphs(without.answer.body))
})

test('the postmortem is Markdown, and the archive adds its graphs and what was pinned', async () => {
  await using served = new ServedBench({ portBase: ownPorts() })
  const drill = await finished(served)
  const text = await download(served, `/api/drills/${drill}/postmortem.md`)
  assert.deepEqual(
    [text.status, text.type, text.as],
    [200, 'text/markdown; charset=utf-8', 'attachment; filename="postmortem-slow-shelves.md"'],
  )
  assert.match(text.answer.body, /^# Postmortem: Slow shelves/)
  const url = `/api/drills/${drill}/postmortem.zip`
  assert.match((await download(served, url)).answer.body, /the graphs cannot be read from Prometheus/)
  using _ = await prometheus(served)
  const archive = await download(served, url)
  assert.deepEqual(
    [archive.status, archive.type, archive.as],
    [200, 'application/zip', 'attachment; filename="postmortem-slow-shelves.zip"'],
  )
  const files = unzipSync(new Uint8Array(archive.answer.rawPayload))
  const pictures = Object.keys(files).filter((name) => name !== 'postmortem.md')
  assert.ok(pictures.includes('graphs/pin-1.svg') && pictures.length > 1, String(pictures))
  for (const name of pictures) assert.match(strFromU8(files[name] ?? new Uint8Array()), /^<svg/, name)
  const markdown = strFromU8(files['postmortem.md'] ?? new Uint8Array())
  assert.match(markdown, /^# Postmortem: Slow shelves/)
  for (const name of pictures) assert.ok(markdown.includes(`(${name})`), name)
})

test('the archive of a shift has a folder for each incident, with its postmortem and its graphs', async () => {
  await using sunday = await new Sunday({ portBase: ownPorts() }).start()
  await sunday.break('browsing', 'prices')
  await sunday.ok('trainee', 'finish')
  using _ = await prometheus(sunday.served)
  const archive = await download(sunday.served, `/api/drills/${sunday.drill}/postmortem.zip`)
  assert.deepEqual([archive.status, archive.as], [200, 'attachment; filename="postmortem-quiet-sunday.zip"'])
  const files = unzipSync(new Uint8Array(archive.answer.rawPayload))
  for (const [folder, title] of Object.entries({ 'incident-1': 'Slow shelves', 'incident-2': 'Two truths' })) {
    const markdown = strFromU8(files[`${folder}/postmortem.md`] ?? new Uint8Array())
    assert.ok(markdown.startsWith(`# Postmortem: ${title}\n`), folder)
    const pictures = [...markdown.matchAll(/\((graphs\/[^)]+)\)/g)].map(([, name = '']) => name)
    assert.ok(pictures.length > 1, folder)
    for (const name of pictures) assert.match(strFromU8(files[`${folder}/${name}`] ?? new Uint8Array()), /^<svg/, name)
  }
})

test('recordings of a drill’s terminals can be read once it is over, and no other file can', async () => {
  await using served = new ServedBench()
  const drill = await served.bench.start()
  const recording = Recording.start(recordingsOf(served.bench, drill), 'one', { cols: 80, rows: 24 }, 'Robin')
  recording?.output(Buffer.from('hello'))
  await recording?.end()
  const url = `/api/drills/${drill}/terminals`
  assert.equal((await download(served, `${url}/one`)).status, 409)
  await served.bench.engine.finish()
  const { terminals } = await served.read<{ terminals: { id: string; owner: string }[] }>('trainee', url)
  assert.deepEqual(
    terminals.map(({ id, owner }) => [id, owner]),
    [['one', 'Robin']],
  )
  const cast = await download(served, `${url}/one`)
  assert.deepEqual([cast.status, cast.type], [200, 'application/x-asciicast'])
  assert.match(cast.answer.body, /"hello"/)
  assert.equal((await download(served, `${url}/${encodeURIComponent('../one/one')}`)).status, 404)
})
