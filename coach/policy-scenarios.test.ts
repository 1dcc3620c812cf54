import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { loadScenarios } from '../drills/scenarios.ts'
import { seed } from '../test/seed.ts'
import { coachParameters } from './parameters.ts'
import { personaNamed, personas } from './personas.ts'
import { simulate } from './simulation.ts'

const scenarios = [...loadScenarios(path.join(import.meta.dirname, '..', 'scenarios')).values()]
const scenario = scenarios.find(({ id }) => id === 'slow-shelves') ?? scenarios[0]
assert.ok(scenario)
// A different one each time; `bench coach` plays many of them.
const seeds = [seed]

describe('the policy, over all scenarios', () => {
  test('every simulated trainee completes every scenario', () => {
    for (const played of scenarios.flatMap((each) =>
      personas.flatMap((who) => seeds.map((seed) => ({ id: each.id, who: who.name, ...simulate(each, who, 'coach', seed) }))),
    )) {
      assert.ok(played.completed, `${played.who} did not finish ${played.id}`)
    }
  })

  test('without help not everyone does, so the policy makes the difference', () => {
    assert.ok(!simulate(scenario, personaNamed('gives up'), 'none', 1).completed)
    assert.ok(!simulate(scenario, personaNamed('gives up'), 'button', 1).completed)
  })

  test('an expert gets almost no unasked hints', () => {
    const unasked = scenarios.flatMap((each) => seeds.flatMap((seed) => simulate(each, personaNamed('expert'), 'coach', seed).hints))
    assert.ok(unasked.length / (scenarios.length * seeds.length) <= 0.2, `${unasked.length} hints`)
  })

  test('repeated requests bring no hint before the waiting time is over', () => {
    for (const seed of seeds) {
      const { hints } = simulate(scenario, personaNamed('hint gamer'), 'coach', seed)
      assert.ok(hints.length > 3)
      for (const [index, hint] of hints.entries()) {
        const before = hints[index - 1]
        if (before?.milestone === hint.milestone) assert.ok(hint.at - before.at >= coachParameters.askPauseMs, `${hint.at - before.at} ms`)
      }
    }
  })

  test('rungs come in order, each once', () => {
    for (const who of personas) {
      for (const name of ['acknowledged', 'located', 'diagnosed', 'mitigated', 'recovered']) {
        const rungs: string[] = simulate(scenario, who, 'coach', 7)
          .hints.filter((hint) => hint.milestone === name)
          .map((hint) => hint.rung)
        assert.deepEqual(rungs, ['orient', 'point', 'tell'].slice(0, rungs.length), `${who.name}, ${name}`)
      }
    }
  })
})
