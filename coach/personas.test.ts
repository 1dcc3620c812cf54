import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldDrill, type DrillEventBody, type DrillState } from '../model/drill.ts'
import { milestoneNames, type HintRung, type MilestoneName, type Scenario } from '../model/scenario.ts'
import { personaNamed, personas, Trainee, type Doing, type Persona } from './personas.ts'
import { startOf } from './simulation.ts'

const par = 100_000
const milestones = Object.fromEntries(milestoneNames.map((name, index) => [name, { par: par * (index + 1) ** 2 }]))
// Safe: a simulated trainee uses only these.
const scenario = { id: 's', limit: 3_600_000, milestones } as unknown as Scenario
/** A persona that needs exactly this many pars for each step. */
const exact = (pace: number, more: Partial<Persona> = {}): Persona => ({ ...personaNamed('steady'), spread: 0, pace, ...more })
const page: DrillEventBody = { type: 'page-received', alert: { fingerprint: 'f', name: 'A', severity: 'page', summary: '', startsAt: '' } }

/** A drill whose events all happened at its start. */
function drill(...bodies: DrillEventBody[]): DrillState {
  const state = foldDrill([startOf(scenario, 'Robin'), ...bodies].map((body, index) => ({ ...body, id: index + 1, drill: 'd', at: 0 })))
  assert.ok(state)
  return state
}
const hint = (milestone: MilestoneName, rung: HintRung): DrillEventBody => ({
  type: 'hint-given',
  milestone,
  rung,
  text: '',
  reason: 'asked',
})
const reached = (milestone: MilestoneName): DrillEventBody => ({ type: 'milestone-reached', milestone, evidence: '' })

/** When a persona completes its current step, in milliseconds of work; null if not within ten pars. */
function stepAt(trainee: Trainee, state: DrillState): number | null {
  for (let now = 1_000; now <= par * 10; now += 1_000) if (trainee.tick(state, now, 1_000).some(({ kind }) => kind === 'step')) return now
  return null
}

test('a step takes its pace in pars, counted from the previous milestone', () => {
  assert.equal(stepAt(new Trainee(scenario, exact(1), 1), drill(page)), par)
  assert.equal(stepAt(new Trainee(scenario, exact(2), 1), drill(page)), 2 * par)
  const { located, acknowledged } = scenario.milestones
  assert.equal(stepAt(new Trainee(scenario, exact(0.5), 1), drill(page, reached('acknowledged'))), (located.par - acknowledged.par) / 2)
})

test('nobody does anything before the page, or after the last milestone', () => {
  const eager = exact(0.01, { asksPerMinute: 60, actsEvery: 1 })
  const idle = (state: DrillState) => assert.deepEqual(new Trainee(scenario, eager, 1).tick(state, 60_000, 60_000), [])
  idle(drill())
  idle(drill(page, ...(['acknowledged', 'located', 'diagnosed', 'mitigated', 'recovered'] as const).map(reached)))
  assert.notDeepEqual(new Trainee(scenario, eager, 1).tick(drill(page), 60_000, 60_000), [])
})

test('a hint reduces the remaining work to its share, and counts once', () => {
  const persona = exact(4, { leftAfter: { orient: 0.5, point: 0.2, tell: 0 } })
  const hinted = (...bodies: DrillEventBody[]) => {
    const trainee = new Trainee(scenario, persona, 1)
    for (let now = 1_000; now <= par; now += 1_000)
      assert.deepEqual(
        trainee.tick(drill(page), now, 1_000).filter(({ kind }) => kind === 'step'),
        [],
      )
    return stepAt(trainee, drill(page, ...bodies))
  }
  assert.equal(hinted(), 3 * par)
  assert.equal(hinted(hint('acknowledged', 'orient')), 1.5 * par)
  assert.equal(hinted(hint('acknowledged', 'orient'), hint('acknowledged', 'point')), 0.3 * par)
  assert.equal(hinted(hint('acknowledged', 'tell')), 1_000)
  assert.equal(hinted(hint('located', 'tell')), 3 * par, 'one of another step does not help')
})

test('work on one step does not count for the next', () => {
  const trainee = new Trainee(scenario, exact(1), 1)
  for (let now = 1_000; now < par; now += 1_000) trainee.tick(drill(page), now, 1_000)
  assert.equal(stepAt(trainee, drill(page, reached('acknowledged'))), scenario.milestones.located.par - par)
})

test('a persona that would never succeed alone works off what a hint leaves of par, if it reduces anything', () => {
  const lost = exact(Infinity, { leftAfter: { orient: 1, point: 0.5, tell: 0.1 } })
  assert.equal(stepAt(new Trainee(scenario, lost, 1), drill(page)), null)
  assert.equal(stepAt(new Trainee(scenario, lost, 1), drill(page, hint('acknowledged', 'orient'))), null)
  assert.equal(stepAt(new Trainee(scenario, lost, 1), drill(page, hint('acknowledged', 'point'))), par / 2)
})

test('a persona that gives up does nothing until a hint or a milestone', () => {
  const weary = exact(3, { givesUpAfter: 1, asksPerMinute: 0 })
  assert.equal(stepAt(new Trainee(scenario, weary, 1), drill(page)), null)
  assert.equal(stepAt(new Trainee(scenario, exact(1, { givesUpAfter: 1 }), 1), drill(page)), par, 'just before')
  for (const encouraged of [hint('located', 'orient'), reached('located')]) {
    const later = drill(page)
    const withIt: DrillState = { ...later, ...drill(page, encouraged), pagedAt: -par }
    // The last encouragement was a par after the page.
    assert.ok(new Trainee(scenario, weary, 1).tick(withIt, 1_000, 3 * par).some(({ kind }) => kind === 'step'))
    assert.ok(!new Trainee(scenario, weary, 1).tick({ ...later, pagedAt: -par }, 1_000, 3 * par).some(({ kind }) => kind === 'step'))
  }
})

test('the persona sets how often it looks, names a wrong cause and asks', () => {
  const counted = (persona: Persona) => {
    const trainee = new Trainee(scenario, persona, 7)
    const counts: Record<Doing['kind'], number> = { step: 0, look: 0, 'wrong-cause': 0, ask: 0 }
    for (let second = 0; second < 6_000; second++) for (const { kind } of trainee.tick(drill(page), second, 1_000)) counts[kind]++
    return counts
  }
  const base = { ...exact(Infinity), givesUpAfter: Infinity }
  const near = (count: number, expected: number) => assert.ok(Math.abs(count - expected) < expected / 4, `${count}, not ${expected}`)
  const busy = counted({ ...base, actsEvery: 10, asksPerMinute: 3, wrong: 0.25 })
  near(busy.look, 450)
  near(busy['wrong-cause'], 150)
  near(busy.ask, 300)
  const calm = counted({ ...base, actsEvery: 10, asksPerMinute: 0, wrong: 0 })
  assert.deepEqual([calm.ask, calm['wrong-cause']], [0, 0])
})

test('a persona is found by its name', () => {
  for (const persona of personas) assert.equal(personaNamed(persona.name), persona)
  assert.throws(() => personaNamed('nobody'), /there is no persona 'nobody'/)
})

test('personas play as their names say', () => {
  for (const { name, leftAfter, wrong, spread } of personas) {
    const { orient, point, tell } = leftAfter
    assert.ok(orient <= 1 && point <= orient && tell < point, `${name}: each rung helps at least as much as the one before`)
    assert.ok(wrong < 0.5 && spread < 1, name)
  }
  const [expert, steady, novice, wanderer] = ['expert', 'steady', 'novice', 'wanderer'].map((name) => personaNamed(name).pace)
  assert.deepEqual(
    [expert, steady, novice, wanderer],
    [expert, steady, novice, wanderer].toSorted((a = 0, b = 0) => a - b),
  )
  assert.ok(Number(steady) < 1 && Number(novice) > 1, 'who is steady is within par alone, and a novice is not')
  assert.deepEqual(
    personas.filter(({ asksPerMinute }) => asksPerMinute > 0).map(({ name }) => name),
    ['novice', 'hint gamer'],
  )
  assert.ok(personaNamed('novice').asksPerMinute < 1)
  assert.deepEqual(
    personas.filter(({ wrong }) => wrong > 0).map(({ name }) => name),
    ['novice', 'trial and error'],
  )
  assert.deepEqual(
    personas.filter(({ givesUpAfter }) => Number.isFinite(givesUpAfter)).map(({ name }) => name),
    ['gives up'],
  )
  assert.ok(personaNamed('gives up').givesUpAfter < 1, 'before par is over')
})
