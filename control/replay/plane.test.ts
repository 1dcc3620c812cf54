import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { personaNamed, personas } from '../../coach/personas.ts'
import { loadScenarios } from '../../drills/scenarios.ts'
import { ReplayPlane } from './plane.ts'
import { readRecording, recording, type Recording } from './recording.ts'

const root = path.join(import.meta.dirname, '..', '..')
const scenarios = loadScenarios(path.join(root, 'scenarios'))

/** Broken from the fifth second, paged in the tenth, fixed in the thirtieth, healthy five seconds later. */
const drawn = (scenario: string): Recording => {
  let users = { good: 0, slow: 0, failed: 0 }
  return recording.parse({
    scenario,
    fixedAtMs: 30_000,
    moments: Array.from({ length: 60 }, (_, second) => {
      users = second >= 5 && second < 35 ? { ...users, failed: users.failed + 20 } : { ...users, good: users.good + 20 }
      return { ms: second * 1_000, users, oldestUnfulfilledSeconds: 0, backlog: 0, deadLetters: 0, stalePrices: 0, unwell: [] }
    }),
    pages: [
      { ms: 10_000, status: 'firing' },
      { ms: 45_000, status: 'resolved' },
    ].map((page) => ({ ...page, alert: { fingerprint: 'f', name: 'BrowseErrorBudgetBurn', severity: 'page', summary: '', startsAt: '' } })),
  })
}

test('a player who uses the API finishes every scenario with its own reference solution', async () => {
  const recordings = new Map([...scenarios.keys()].map((id) => [id, drawn(id)]))
  await using plane = new ReplayPlane({ root, scenarios, recordings })
  for (const id of scenarios.keys()) {
    const { completed, events, state } = await plane.play(id, personaNamed('expert'), 'none', 1)
    assert.ok(completed, `${id}: ${state.outcome}`)
    assert.ok(!events.some((event) => event.type === 'action-run' && (!event.ok || event.harmful)), id)
  }
})

test('a player who would give up alone, and asks for nothing, is brought to the end by the coach', async () => {
  const id = 'slow-shelves'
  await using plane = new ReplayPlane({ root, scenarios, recordings: new Map([[id, drawn(id)]]) })
  const who = personaNamed('gives up')
  const [alone, coached] = [await plane.play(id, who, 'none', 1), await plane.play(id, who, 'coach', 1)]
  assert.equal(alone.completed, false)
  assert.equal(alone.state.hints.length, 0)
  assert.equal(coached.completed, true)
  assert.ok(coached.state.hints.some(({ rung }) => rung === 'tell'))
})

test('a range that nobody fixes stays broken, however long', async () => {
  const id = 'slow-shelves'
  await using plane = new ReplayPlane({ root, scenarios, recordings: new Map([[id, drawn(id)]]) })
  const { state } = await plane.play(id, personaNamed('gives up'), 'none', 2)
  assert.equal(state.milestones.mitigated, null)
  assert.equal(state.outcome, 'time-up')
})

test('a player whose users recover by themselves still fixes what does not recover', async () => {
  const id = 'again-and-again'
  const recorded = readRecording(path.join(root, 'bench', 'recordings'), id)
  assert.ok(recorded)
  await using plane = new ReplayPlane({ root, scenarios, recordings: new Map([[id, recorded]]) })
  const { completed, events } = await plane.play(id, personaNamed('steady'), 'none', 1)
  const at = (milestone: string) => events.findIndex((event) => event.type === 'milestone-reached' && event.milestone === milestone)
  const fixed = events.findIndex((event) => event.type === 'action-run' || event.type === 'command-run')
  assert.ok(completed)
  assert.ok(at('mitigated') < fixed && fixed < at('recovered'), 'it was mitigated before anybody changed anything')
})

test('recordings of real rehearsals can be read, and have what a drill needs', () => {
  const folder = path.join(root, 'bench', 'recordings')
  for (const id of scenarios.keys()) {
    const found = readRecording(folder, id)
    assert.ok(found, `${id} has no recording: 'firedrill verify ${id} --record bench/recordings' makes one`)
    assert.equal(found.scenario, id)
    assert.ok(
      found.pages.some(({ status }) => status === 'firing'),
      `${id}: no page`,
    )
    assert.ok(
      found.moments.some(({ ms }) => ms > found.fixedAtMs),
      `${id}: nothing after the fix`,
    )
  }
  assert.ok(personas.length >= 6)
})

test('with people everyone finishes, and no two people speak at the same time', async () => {
  const cast = new Map([...scenarios].filter(([, { people }]) => people))
  assert.ok(cast.size >= 8, `${cast.size} scenarios with people`)
  await using plane = new ReplayPlane({ root, scenarios: cast, recordings: new Map([...cast.keys()].map((id) => [id, drawn(id)])) })
  let heard = 0
  for (const [index, id] of [...cast.keys()].entries()) {
    const persona = personas[index % personas.length] ?? personaNamed('expert')
    const { completed, events } = await plane.play(id, persona, 'coach', 1)
    assert.ok(completed, `${persona.name} did not finish ${id}`)
    const voices = events.filter(({ type }) => type === 'person-said' || type === 'coach-said' || type === 'hint-given')
    for (const [at, event] of voices.entries()) {
      const before = voices[at - 1]
      const asked = event.type === 'hint-given' && event.reason === 'asked'
      if (!before || asked || (event.type !== 'person-said' && before.type !== 'person-said')) continue
      assert.ok(event.at - before.at >= 10_000, `${id}, ${persona.name}: ${event.type} ${event.at - before.at} ms after ${before.type}`)
    }
    heard += voices.filter(({ type }) => type === 'person-said').length
  }
  assert.ok(heard >= 8, `${heard} words of people`)
})
