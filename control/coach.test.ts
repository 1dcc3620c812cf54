import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, test } from 'node:test'
import { authorAnswer } from '../coach/agent/words.ts'
import type { DrillEvent } from '../model/drill.ts'
import { Sunday } from '../test/sunday.ts'
import { Coach } from './coach.ts'
import { EngineBench, played, scenarios } from './replay/engine-bench.ts'
import type { DrillEngine } from './drill-engine.ts'
import type { Ledger } from './ledger.ts'

test('with a model that cannot be opened, the author’s words are used, and an event says why', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'coach-'))
  writeFileSync(path.join(dir, 'coach.json'), '{"provider":"openai-compatible","url":"nowhere"}')
  const noted: { type: string; why?: string; words?: string }[] = []
  const live = new EventEmitter()
  const state = { phase: 'running', coach: 'auto', milestones: { acknowledged: null }, hints: [] }
  // Safe: the coach uses only these parts of an engine.
  const engine = {
    live,
    running: () => state,
    coaching: { note: (event: (typeof noted)[number]) => noted.push(event) },
  } as unknown as DrillEngine
  const coach = new Coach({ dir, engine, ledger: {} as Ledger, scenarios: new Map() })
  try {
    live.emit('event', { type: 'coach-asked', id: 7, text: 'Is it raining?' } as unknown as DrillEvent)
    await coach.settled()
    assert.deepEqual(
      noted.map(({ type, words }) => words ?? type),
      ['coach-fell-back', 'author'],
    )
    assert.match(noted[0]?.why ?? '', /^the model cannot be opened: .*coach\.json.*'firedrill coach use'/s)
  } finally {
    coach[Symbol.dispose]()
    rmSync(dir, { recursive: true })
  }
})

test('in a shift, the author’s words are about the incident that is worked on', async () => {
  await using sunday = await new Sunday().start()
  await sunday.break('browsing')
  await sunday.ok('trainee', 'acknowledge')
  const { bench } = sunday.served
  using coach = new Coach({ dir: bench.dir, engine: bench.engine, ledger: bench.ledger, scenarios: played })
  bench.engine.coaching.ask('is it the database?')
  await coach.settled()
  const replied = bench.events(sunday.drill).flatMap((event) => (event.type === 'coach-replied' ? [event.text] : []))
  assert.deepEqual(replied, [authorAnswer('located', null)])
})

describe('when a control plane was killed before the coach had spoken', () => {
  /** The next control plane with its coach, which has finished everything that was left to say. */
  async function next(bench: EngineBench, meanwhile: () => void = () => {}): Promise<Coach> {
    bench.restart()
    const coach = new Coach({ dir: bench.dir, engine: bench.engine, ledger: bench.ledger, scenarios })
    await bench.engine.resume()
    meanwhile()
    coach.takeUp()
    await coach.settled()
    return coach
  }
  const replies = (bench: EngineBench, drill: string) =>
    bench.events(drill).flatMap((event) => (event.type === 'coach-replied' ? [event.to] : []))

  test('the next one answers the open questions, each once', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    const asked = ['I am stuck', 'is it the database?'].map((text) => bench.engine.coaching.ask(text).id)
    const live: number[] = []
    // Asked of the next one, before it has resumed what was left.
    using planes = new DisposableStack()
    planes.use(await next(bench, () => live.push(bench.engine.coaching.ask('hello?').id)))
    assert.deepEqual(replies(bench, drill).toSorted(), [...asked, ...live])
    planes.use(await next(bench))
    assert.equal(replies(bench, drill).length, 3)
    await bench.engine.finish()
  })

  test('it leaves out questions that a person has taken over, and those of a finished drill', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    bench.engine.coaching.setMode('muted')
    bench.engine.coaching.ask('hello?')
    using planes = new DisposableStack()
    planes.use(await next(bench))
    assert.deepEqual(replies(bench, drill), [])
    bench.engine.coaching.setMode('auto')
    const own = bench.engine.coaching.ask('and now?').id
    planes.use(await next(bench))
    assert.deepEqual(replies(bench, drill), [own])
    bench.engine.coaching.ask('is it over?')
    await bench.engine.finish()
    planes.use(await next(bench))
    assert.deepEqual(replies(bench, drill), [own])
  })

  test('the next one writes the debrief of the last drill, once; not for an aborted one, nor a day later', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    await bench.engine.finish()
    const aborted = await bench.start()
    await bench.engine.abort('enough')
    const old = await bench.start()
    await bench.engine.finish()
    const debriefs = (id: string) => bench.types(id).filter((type) => type === 'coach-debriefed').length
    bench.now += 25 * 3_600_000
    const recent = await bench.start()
    await bench.engine.finish()
    assert.deepEqual([drill, aborted, old, recent].map(debriefs), [0, 0, 0, 0])
    using planes = new DisposableStack()
    planes.use(await next(bench))
    assert.deepEqual([drill, aborted, old, recent].map(debriefs), [0, 0, 0, 1])
    bench.now -= 25 * 3_600_000
    planes.use(await next(bench))
    assert.deepEqual([drill, aborted, old, recent].map(debriefs), [1, 0, 1, 1])
  })
})
