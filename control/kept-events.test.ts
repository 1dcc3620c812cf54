import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { mock, test } from 'node:test'
import { drillEventBody } from '../model/drill.ts'
import { Ledger } from './ledger.ts'
import { ServedBench } from './replay/served-bench.ts'

/** Counts how many events are read, by what is parsed meanwhile. */
async function countRead<Result>(work: () => Result | Promise<Result>): Promise<{ read: number; result: Result }> {
  const parse = mock.method(drillEventBody, 'parse')
  try {
    const result = await work()
    return { read: parse.mock.callCount(), result }
  } finally {
    parse.mock.restore()
  }
}
const note = (text: string) => ({ type: 'note-added', text }) as const

test('no event of a drill is read twice, however many callers ask; a client that has all of them gets nothing', async () => {
  await using served = new ServedBench()
  const { ledger, engine } = served.bench
  const drill = await served.bench.start()
  for (let index = 0; index < 500; index++) ledger.append(drill, note(`note ${index}`))
  const app = await served.app
  const ask = (role: 'trainee' | 'instructor', etag?: string) =>
    app.inject({
      url: `/api/drills/${drill}`,
      headers: { authorization: `Bearer ${role}`, host: served.host, ...(etag === undefined ? {} : { 'if-none-match': etag }) },
    })
  const first = await countRead(() => ask('trainee'))
  assert.ok(first.read >= 500, `${first.read} events were read`)
  assert.match(first.result.body, /note 499/)
  assert.equal(first.result.headers['content-type'], 'application/json; charset=utf-8')
  const again = await countRead(() => ask('trainee'))
  assert.deepEqual([again.read, again.result.body === first.result.body], [0, true])
  const instructor = await countRead(() => ask('instructor'))
  assert.deepEqual(
    [instructor.read, instructor.result.body === first.result.body],
    [0, false],
    'it is told something else, of the same events',
  )

  const etag = String(first.result.headers.etag)
  const unchanged = await ask('trainee', etag)
  assert.deepEqual([unchanged.statusCode, unchanged.body], [304, ''])
  assert.equal((await ask('instructor', etag)).statusCode, 200, 'what a trainee has says nothing of what an instructor is told')
  ledger.append(drill, note('one more'))
  const more = await countRead(() => ask('trainee', etag))
  assert.deepEqual([more.read, more.result.statusCode], [1, 200])
  assert.match(more.result.body, /one more/)

  await engine.finish()
  await ask('trainee')
  for (const asked of ['people', 'tickets', 'debrief']) await served.read('trainee', `/api/drills/${drill}/${asked}`)
  const over = await countRead(async () => {
    const { body } = await ask('trainee')
    for (const asked of ['people', 'tickets', 'debrief']) await served.read('trainee', `/api/drills/${drill}/${asked}`)
    return body
  })
  assert.equal(over.read, 0)
  assert.match(over.result, /"phase":"finished"/)
})

test('events that another process has written are read, each caller has its own list, and only the latest drills are kept', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-kept-'))
  try {
    using ledger = new Ledger(dir)
    using reaper = new Ledger(dir)
    const read = (drill: string) => countRead(() => ledger.events(drill).length)
    for (let drill = 0; drill < 9; drill++) ledger.append(`drill-${drill}`, note('here'))
    assert.deepEqual(await read('drill-0'), { read: 1, result: 1 })
    reaper.append('drill-0', note('there'))
    assert.deepEqual(await read('drill-0'), { read: 1, result: 2 })
    ledger.events('drill-0').length = 0
    assert.deepEqual(await read('drill-0'), { read: 0, result: 2 })
    assert.deepEqual(await read('none'), { read: 0, result: 0 })
    for (let drill = 1; drill < 9; drill++) ledger.events(`drill-${drill}`)
    assert.deepEqual(await read('drill-8'), { read: 0, result: 1 })
    assert.deepEqual(await read('drill-0'), { read: 2, result: 2 })
  } finally {
    rmSync(dir, { recursive: true })
  }
})
