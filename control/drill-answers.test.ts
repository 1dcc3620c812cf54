import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnswerOf } from '../model/client.ts'
import { DrillAnswers } from './drill-answers.ts'
import type { Ledger } from './ledger.ts'
import { EngineBench, played } from './replay/engine-bench.ts'
import { paperTokens } from './replay/paper-context.ts'
import { ServedBench } from './replay/served-bench.ts'

test('a drill is told again only after another event, and to instructors apart from trainees', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  const answers = new DrillAnswers(bench.ledger, played)
  const told = answers.of(bench.state(drill), 'trainee')
  assert.equal(answers.of(bench.state(drill), 'trainee'), told)
  assert.equal(answers.of(bench.state(drill), null), told, 'whoever has no role reads what trainees do')
  const whole = answers.of(bench.state(drill), 'instructor')
  assert.notEqual(whole.etag, told.etag)
  const eventsIn = ({ written }: typeof told) => (JSON.parse(written.text) as AnswerOf<'GET /api/drills/:id'>).events.length
  assert.notEqual(whole.written.text, told.written.text)
  bench.engine.messages.say('hello', { name: 'Robin', role: 'commander' })
  const later = answers.of(bench.state(drill), 'trainee')
  assert.notEqual(later.etag, told.etag)
  assert.equal(eventsIn(later), eventsIn(told) + 1)
  assert.notEqual(new DrillAnswers(bench.ledger, played).of(bench.state(drill), 'trainee').etag, later.etag, 'another control plane')
  await bench.engine.abort('enough')
})

test('eight answers are kept: the oldest one makes room', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  const ledger = { events: () => bench.events(drill) } as unknown as Ledger
  const answers = new DrillAnswers(ledger, played)
  const of = (id: number) => answers.of({ ...bench.state(drill), id: String(id) }, 'trainee')
  const first = [1, 2, 3, 4, 5, 6, 7, 8].map(of)
  assert.equal(of(1), first[0])
  of(9)
  assert.notEqual(of(1), first[0])
  assert.equal(of(8), first[7])
  await bench.engine.abort('enough')
})

test('a client that has the answer is told so, and nothing else', async () => {
  await using served = new ServedBench()
  const drill = await served.bench.start()
  const app = await served.app
  const ask = (tag?: string) =>
    app.inject({
      method: 'GET',
      url: `/api/drills/${drill}`,
      headers: {
        host: served.host,
        authorization: `Bearer ${paperTokens.trainee}`,
        ...(tag === undefined ? {} : { 'if-none-match': tag }),
      },
    })
  const { statusCode, headers, body } = await ask()
  assert.equal(statusCode, 200)
  assert.ok(body.length > 0)
  const same = await ask(String(headers['etag']))
  assert.deepEqual([same.statusCode, same.body], [304, ''])
  assert.equal((await ask('"another"')).statusCode, 200)
  await served.bench.engine.abort('enough')
})
