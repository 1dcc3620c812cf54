import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { personas, personaNamed, Trainee } from '../coach/personas.ts'
import { decide } from '../coach/policy.ts'
import { loadScenarios } from '../drills/scenarios.ts'
import type { DrillEvent, DrillEventBody } from '../model/drill.ts'
import type { Scenario } from '../model/scenario.ts'
import { characters } from './characters/registry.ts'
import { peopleParameters } from './parameters.ts'
import { isPersonSpeaking } from './policy.ts'
import { numbersFrom } from '../model/seeded.ts'
import { anybody, simulatePeople, type Happening } from './simulation.ts'

const scenarios = [...loadScenarios(path.join(import.meta.dirname, '..', 'scenarios')).values()].filter(({ people }) => people)
const named = (id: string): Scenario => {
  const found = scenarios.find((scenario) => scenario.id === id)
  assert.ok(found, `${id} has no people`)
  return found
}
const paged: DrillEventBody = {
  type: 'page-received',
  alert: { fingerprint: 'f', name: 'A', severity: 'page', summary: '', startsAt: '' },
}
const reached = (milestone: 'acknowledged' | 'located' | 'diagnosed' | 'mitigated' | 'recovered'): DrillEventBody => ({
  type: 'milestone-reached',
  milestone,
  evidence: '',
})
const asked = (person: 'support-lead' | 'provider-engineer' | 'database-colleague' | 'head-of-sales', text: string): DrillEventBody => ({
  type: 'person-asked',
  person,
  text,
})

/** What happens at which second. */
const at =
  (plan: Record<number, DrillEventBody[]>): Happening =>
  ({ now }) =>
    plan[now / 1_000] ?? []
const saidIn = (events: readonly DrillEvent[]) => events.flatMap((event) => (event.type === 'person-said' ? [event] : []))
const seconds = (events: readonly DrillEvent[]) => saidIn(events).map(({ at: when, person, about }) => `${when / 1_000} ${person} ${about}`)

/** A trainee, the coach, and people, as in the engine; with random questions, quiet times and requests of an instructor. */
function lively(scenario: Scenario, persona: string, seed: number): Happening {
  const trainee = new Trainee(scenario, personaNamed(persona), seed)
  const random = numbersFrom(seed)
  return ({ state, events, now }) => {
    if (now === 10_000) return [paged]
    const bodies: DrillEventBody[] = []
    for (const doing of trainee.tick(state, now, 1_000)) {
      if (doing.kind === 'step') bodies.push(reached(doing.milestone))
      if (doing.kind === 'wrong-cause')
        bodies.push({ type: 'cause-named', component: 'redis', category: 'cache', sentence: '', correct: false })
    }
    if (random() < 0.01) bodies.push({ type: 'person-asked', person: anybody(random), text: 'What do you see?' })
    if (random() < 0.003) bodies.push({ type: 'quiet-asked', forMs: 60_000 + Math.floor(random() * 300_000) })
    if (random() < 0.003) bodies.push({ type: 'person-sent', person: anybody(random), text: random() < 0.5 ? null : 'Hello?' })
    if (random() < 0.001) bodies.push({ type: 'people-muted', muted: random() < 0.4 })
    if (random() < 0.005) bodies.push({ type: 'status-posted', status: 'investigating', text: 'We are looking into it.' })
    const decision = decide({ state, events, scenario, now })
    if (!isPersonSpeaking(events, now)) {
      if (decision.kind === 'encourage') bodies.push({ type: 'coach-said', about: decision.about, text: decision.text })
      if (decision.kind === 'hint') {
        const { milestone, rung, text, reason } = decision
        bodies.push({ type: 'hint-given', milestone, rung, text, reason })
      }
    }
    return bodies
  }
}

describe('over all scenarios with people and all simulated trainees', () => {
  const drills = scenarios.flatMap((scenario) =>
    personas.flatMap(({ name }) =>
      [1, 2, 3].map((seed) => ({ scenario, name, events: simulatePeople(scenario, 900, lively(scenario, name, seed), seed) })),
    ),
  )
  const voices = new Set<DrillEvent['type']>(['person-said', 'hint-given', 'coach-said'])
  const unasked = (event: DrillEvent) => event.type === 'person-said' && (event.about === 'beat' || event.about === 'reminder')

  test('there are enough drills to judge by', () => {
    assert.ok(scenarios.length >= 8, `${scenarios.length} scenarios`)
    assert.ok(drills.flatMap(({ events }) => events.filter(unasked)).length > 200)
    assert.ok(drills.flatMap(({ events }) => events.filter(({ type }) => type === 'quiet-ended')).length > 50)
  })

  test('no two speak within ten seconds, including the coach', () => {
    for (const { scenario, name, events } of drills) {
      const heard = events.filter(({ type }) => voices.has(type))
      for (const [index, event] of heard.entries()) {
        const before = heard[index - 1]
        // The coach may continue its own message.
        if (before && (event.type === 'person-said' || before.type === 'person-said'))
          assert.ok(event.at - before.at >= peopleParameters.gapMs, `${scenario.id}, ${name}, at ${event.at / 1_000} s`)
      }
    }
  })

  test('nobody gets more than one unrequested message in two minutes', () => {
    for (const { scenario, name, events } of drills)
      for (const [index, event] of events.filter(unasked).entries()) {
        const before = events.filter(unasked)[index - 1]
        if (before) assert.ok(event.at - before.at >= 120_000, `${scenario.id}, ${name}, at ${event.at / 1_000} s`)
      }
  })

  test('in a quiet nobody speaks unasked, and its end is announced once', () => {
    for (const { scenario, name, events } of drills) {
      let quiet = false
      for (const event of events) {
        if (event.type === 'quiet-asked') quiet = true
        if (event.type === 'quiet-ended') {
          assert.ok(quiet, `${scenario.id}, ${name}: ended twice at ${event.at / 1_000} s`)
          quiet = false
        }
        assert.ok(!quiet || !unasked(event), `${scenario.id}, ${name}, at ${event.at / 1_000} s`)
      }
    }
  })

  test('nothing is repeated, and every question is answered once', () => {
    for (const { scenario, name, events } of drills) {
      const beats = saidIn(events).flatMap(({ person, beat }) => (beat === null ? [] : [`${person} ${beat}`]))
      assert.equal(new Set(beats).size, beats.length, `${scenario.id}, ${name}`)
      const answers = saidIn(events).flatMap(({ about, to }) => (about === 'answer' || about === 'thanks' ? [to] : []))
      assert.equal(new Set(answers).size, answers.length, `${scenario.id}, ${name}`)
      const old = events.filter((event) => event.type === 'person-asked' && event.at < 600_000)
      assert.ok(
        old.every(({ id }) => answers.includes(id)),
        `${scenario.id}, ${name}: a question is not answered`,
      )
    }
  })

  test('a beginner hears one patient person', () => {
    for (const { scenario, events } of drills.filter(({ scenario: each }) => each.difficulty === 'beginner')) {
      const heard = new Set(events.filter(unasked).map((event) => (event.type === 'person-said' ? event.person : null)))
      assert.ok(heard.size <= 1, scenario.id)
      for (const person of heard) assert.ok(person !== null && characters[person].patient)
    }
  })
})

describe('in one situation', () => {
  test('a beat waits for its moment, and a missing answer is asked for once more', () => {
    const events = simulatePeople(named('stuck-checkout'), 600, at({ 10: [paged] }))
    assert.deepEqual(seconds(events).slice(0, 3), ['40 support-lead beat', '190 head-of-sales beat', '340 support-lead reminder'])
    const [first] = saidIn(events)
    assert.equal(first?.wants, 'update')
    assert.equal(first?.withinMs, 180_000)
  })

  test('an update for the right audience satisfies support; a direct message to sales satisfies sales', () => {
    const posted: DrillEventBody = { type: 'status-posted', status: 'investigating', text: 'Checkout fails.', audience: 'support' }
    const said = asked('head-of-sales', 'We are on it, and I will tell you more in five minutes.')
    const events = simulatePeople(named('stuck-checkout'), 700, at({ 10: [paged], 60: [posted], 200: [said] }))
    assert.deepEqual(seconds(events), ['40 support-lead beat', '190 head-of-sales beat', '208 head-of-sales thanks'])
    const wrong = simulatePeople(named('stuck-checkout'), 400, at({ 10: [paged], 60: [{ ...posted, audience: 'engineers' }] }))
    assert.ok(seconds(wrong).includes('340 support-lead reminder'), 'engineers are not who waited')
  })

  test('an incoming responder asks for a handover note, and for nothing else', () => {
    const note: DrillEventBody = { type: 'handover-written', broken: 'Parcels.', hurt: '', since: '', tried: '', doing: '', next: '' }
    const posted: DrillEventBody = { type: 'status-posted', status: 'investigating', text: 'Parcels are late.', audience: 'engineers' }
    const heard = (plan: Record<number, DrillEventBody[]>) =>
      saidIn(simulatePeople(named('lost-property'), 900, at({ 10: [paged], ...plan }))).flatMap(({ person, about, wants }) =>
        person === 'next-shift' ? [[about, wants]] : [],
      )
    assert.deepEqual(heard({ 500: [note, note] }), [
      ['beat', 'handover'],
      ['thanks', null],
    ])
    assert.deepEqual(heard({ 500: [posted] }), [
      ['beat', 'handover'],
      ['reminder', null],
    ])
  })

  test('a fact is told on request, after the time that it takes, and never otherwise', () => {
    const plan = { 10: [paged], 60: [asked('provider-engineer', 'Is there a problem on your side?')] }
    const told = saidIn(simulatePeople(named('payday'), 900, at(plan))).filter(({ fact }) => fact !== null)
    // Reaching somebody at the provider takes 45 s, the lookup 40 s.
    assert.deepEqual(
      told.map(({ at: when, fact }) => [when / 1_000, fact]),
      [[145, 'state']],
    )
    assert.match(told[0]?.text ?? '', /one in twelve/)
    const silent = saidIn(simulatePeople(named('payday'), 900, at({ 10: [paged] })))
    assert.ok(silent.length > 2 && silent.every(({ fact }) => fact === null))
    assert.ok(!silent.some(({ person }) => person === 'provider-engineer'))
  })

  test('a question that is not understood is answered in character, with what can be asked', () => {
    const plan = { 10: [paged], 60: [asked('provider-engineer', 'Do you like the weather?')] }
    const [answer] = saidIn(simulatePeople(named('payday'), 130, at(plan))).filter(({ person }) => person === 'provider-engineer')
    assert.match(answer?.text ?? '', /the state of our authorisations or what happens to calls that are not answered\.$/)
  })

  test('a fact that is not known yet is not told', () => {
    const early = { 10: [paged], 60: [asked('database-colleague', 'Whose session is it?')] }
    const late = { 10: [paged], 50: [reached('located')], 60: [asked('database-colleague', 'Whose session is it?')] }
    const answer = (plan: Record<number, DrillEventBody[]>) =>
      saidIn(simulatePeople(named('stuck-checkout'), 180, at(plan))).find(({ person }) => person === 'database-colleague')
    assert.equal(answer(early)?.fact, null)
    assert.match(answer(early)?.text ?? '', /Which part of the shop do you suspect/)
    assert.equal(answer(late)?.fact, 'who')
  })

  test('a quiet is kept, and its price is who waited, for how long, and which deadlines passed', () => {
    const events = simulatePeople(named('stuck-checkout'), 420, at({ 10: [paged], 100: [{ type: 'quiet-asked', forMs: 300_000 }] }))
    assert.deepEqual(seconds(events), ['40 support-lead beat', '401 support-lead reminder'])
    const ended = events.find((event) => event.type === 'quiet-ended')
    assert.equal(ended?.at, 400_000)
    assert.deepEqual(ended?.type === 'quiet-ended' ? ended.held : null, [{ person: 'head-of-sales', waitedMs: 270_000 }])
    assert.deepEqual(ended?.type === 'quiet-ended' ? ended.missed : null, ['support-lead'])
  })

  test('a person answers questions during a quiet and while muted', () => {
    const quiet: DrillEventBody = { type: 'quiet-asked', forMs: 300_000 }
    const muted: DrillEventBody = { type: 'people-muted', muted: true }
    const plan = { 20: [quiet, muted], 30: [asked('support-lead', 'Has anybody been charged?')] }
    assert.deepEqual(seconds(simulatePeople(named('stuck-checkout'), 300, at(plan))), ['65 support-lead answer'])
  })

  test('a person whom the instructor sends in speaks, in the instructor’s words or their own, even if the scenario does not have them', () => {
    const sent = (person: 'head-of-sales' | 'security-officer', text: string | null): DrillEventBody => ({
      type: 'person-sent',
      person,
      text,
    })
    const plan = { 5: [sent('head-of-sales', null)], 6: [sent('security-officer', null)], 7: [sent('security-officer', 'Who is there?')] }
    const events = saidIn(simulatePeople(named('stuck-checkout'), 60, at(plan)))
    assert.deepEqual(
      events.map(({ at: when, about }) => `${when / 1_000} ${about}`),
      ['5 instructor', '15 instructor', '25 instructor'],
    )
    assert.equal(events[0]?.beat, 'newsletter')
    assert.match(events[1]?.text ?? '', /^Security here/)
    assert.equal(events[2]?.text, 'Who is there?')
  })

  test('rehearsals are left alone, and so is a scenario without people', () => {
    const { people: _, ...without } = named('payday')
    assert.deepEqual(saidIn(simulatePeople(without, 600, at({ 10: [paged] }))), [])
  })
})
