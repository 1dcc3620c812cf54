import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { addEvents } from './replay/long-drill.ts'
import { longestTurn } from './replay/longest-turn.ts'
import { ServedBench } from './replay/served-bench.ts'

const events = 5_000
/** Time that the main thread may be blocked in one turn; on a slow machine, half of the total work. */
const mostCpuMs = 50

test(`what is told of a drill with ${events} events holds nobody up for long`, async (context: TestContext) => {
  await using served = new ServedBench({ proven: false })
  const { bench } = served
  const drill = await bench.start()
  await bench.pass(8)
  addEvents(bench, drill, events)
  // Events that another process wrote are folded when somebody asks.
  bench.ledger.drill(drill)
  await bench.engine.finish()
  const told: string[] = []
  for (const url of [
    '/api/scenarios',
    '/api/drills',
    '/api/progress',
    '/api/paths',
    `/api/drills/${drill}`,
    `/api/drills/${drill}/debrief`,
    `/api/drills/${drill}/debrief.html`,
    `/api/drills/${drill}/postmortem.md`,
  ]) {
    const answers: { longestMs: number; inAllMs: number }[] = []
    // Compilation and garbage collection are not the request's own work.
    for (let attempt = 0; attempt < 5; attempt++)
      answers.push(
        await longestTurn(async () => {
          const { status, text } = await served.ask('instructor', 'GET', url)
          assert.equal(status, 200, text.slice(0, 500))
        }),
      )
    const [best = { longestMs: Infinity, inAllMs: 0 }] = answers.toSorted((a, b) => a.longestMs - b.longestMs)
    told.push(`${url.replace(drill, '{id}')} ${answers.map(({ longestMs }) => Math.round(longestMs)).join(' ')} ms`)
    assert.ok(
      best.longestMs < Math.max(mostCpuMs, best.inAllMs / 2),
      `${url} held others up for ${best.longestMs} ms of ${best.inAllMs} ms`,
    )
  }
  const { events: all } = await served.read<{ events: unknown[] }>('trainee', `/api/drills/${drill}/debrief`)
  assert.ok(all.length > events)
  context.diagnostic(told.join('; '))
})
