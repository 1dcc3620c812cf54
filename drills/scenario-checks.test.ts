import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Scenario } from '../model/scenario.ts'
import { checkReferences, checkTeaching, checkVocabulary, readableIn } from './scenario-checks.ts'
import { loadScenario } from './scenarios.ts'

const loaded = loadScenario(path.join(import.meta.dirname, '..', 'scenarios', 'slow-shelves'))
const release = { at: '3s', fault: 'bad-release', params: { service: 'inventory', version: '1.5.0' } }
const pars = {
  acknowledged: { par: '1m' },
  located: { par: '2m' },
  diagnosed: { par: '3m' },
  mitigated: { par: '4m' },
  recovered: { par: '5m' },
}
/** The text of a scenario without a mistake. */
const sound = {
  id: 'ours',
  limit: '10m',
  timeline: [release],
  solution: [{ action: 'roll-back', params: { service: 'inventory' } }],
  harmful: [{ action: 'restart', params: { component: 'postgres' } }],
  milestones: pars,
  alerts: { expected: [{ name: 'A', or: ['B'] }], allowed: ['C', 'Legacy*'] },
  runbooks: ['browse'],
}

/** The problems of a scenario, each as `place: message`. */
function references(changed: object, folder = 'ours'): string[] {
  const told: string[] = []
  checkReferences(
    readableIn({ ...sound, ...changed }),
    folder,
    (at, message) => told.push(`${at.join('.')}: ${message}`),
    (issues, _value, _schema, within = []) => told.push(...issues.map(({ path: at, code }) => `${[...within, ...at].join('.')}: ${code}`)),
  )
  return told
}

describe('the names that a scenario uses, and the order of its times', () => {
  const table: [what: string, changed: object, told: RegExp[]][] = [
    ['nothing wrong', {}, []],
    ['another id than its folder', { id: 'theirs' }, [/^id: must be the name of its folder, 'ours'$/]],
    ['an id that is no text, which is told elsewhere', { id: 4 }, []],
    ['a step just before the limit', { timeline: [{ ...release, at: '599s' }] }, []],
    ['a step at the limit', { timeline: [{ ...release, at: '10m' }] }, [/^timeline\.0\.at: comes after the limit/]],
    [
      'a step after the limit, written in words',
      { timeline: [{ ...release, at: '11 minutes' }] },
      [/^timeline\.0\.at: comes after the limit/],
    ],
    ['a time that is none, which is told elsewhere', { timeline: [{ ...release, at: 'later' }], limit: 'soon' }, []],
    [
      'an unknown fault that is like another',
      { timeline: [{ ...release, fault: 'bad-realease' }] },
      [/^timeline\.0\.fault: there is no fault 'bad-realease': did you mean bad-release\?$/],
    ],
    [
      'an unknown fault that shares a word with others',
      { timeline: [{ ...release, fault: 'redis-something-new' }] },
      [/did you mean redis-\S+ or /],
    ],
    ['an unknown fault that is like none', { timeline: [{ ...release, fault: 'xyz' }] }, [/there is no fault 'xyz': choose noop, /]],
    [
      'a wrong parameter of a fault',
      { timeline: [release, { ...release, params: { service: 'x', version: 'y' } }] },
      [/^timeline\.1\.params\.service: invalid_value$/],
    ],
    [
      'easing a step that there is not',
      { ease: { steps: [{ step: 1, params: {} }] } },
      [/^ease\.steps\.0\.step: the timeline has no step 1; they count from 0$/],
    ],
    [
      'easing with a wrong value',
      { ease: { steps: [{ step: 0, params: { version: 3 } }] } },
      [/^ease\.steps\.0\.params\.version: invalid_type$/],
    ],
    [
      'easing with a right value a step that is wrong',
      { timeline: [{ ...release, params: { service: 'x', version: '1' } }], ease: { steps: [{ step: 0, params: { version: '2' } }] } },
      [/^timeline\.0\.params\.service/],
    ],
    [
      'an unknown action of the solution',
      { solution: [{ action: 'roll-bakc' }] },
      [/^solution\.0\.action: there is no action 'roll-bakc': did you mean roll-back\?$/],
    ],
    ['an unknown harmful action', { harmful: [{ action: 'no' }] }, [/^harmful\.0\.action: there is no action 'no': choose /]],
    [
      'a wrong parameter of the solution',
      { solution: [{ action: 'roll-back', params: { service: 'x' } }] },
      [/^solution\.0\.params\.service/],
    ],
    ['a parameter that is read off the range', { solution: [{ action: 'terminate-session', params: { pid: '$blocker' } }] }, []],
    ['a harmful action with some of its parameters', { harmful: [{ action: 'restart', params: {} }] }, []],
    ['a terminal command', { solution: [{ terminal: 'redis-cli ping' }] }, []],
  ]
  for (const [what, changed, expected] of table)
    test(what, () => {
      const told = references(changed)
      assert.equal(told.length, expected.length, told.join('\n'))
      expected.forEach((message, index) => assert.match(told[index] ?? '', message))
    })
})

describe('pars', () => {
  const withPar = (name: string, par: string, limit = '10m') => references({ limit, milestones: { ...pars, [name]: { par } } })
  test('each comes after the previous one', () => {
    assert.deepEqual(withPar('located', '61s'), [])
    assert.deepEqual(withPar('located', '1m'), [
      'milestones.located.par: must be later than that of acknowledged: pars count from the start of the drill',
    ])
    assert.deepEqual(withPar('located', '3m'), [
      'milestones.diagnosed.par: must be later than that of located: pars count from the start of the drill',
    ])
    assert.deepEqual(withPar('located', 'soon'), [], 'a par that is none is told elsewhere')
  })

  test('the last may be as late as the limit', () => {
    assert.deepEqual(withPar('recovered', '10m'), [])
    assert.deepEqual(withPar('recovered', '601s'), [
      'milestones.recovered.par: is later than the limit, when the drill ends: write an earlier par, or a later limit',
    ])
  })
})

test('alerts and runbooks are looked up; one that ends with * stands for any ending', () => {
  const vocabulary = (changed: object, alerts = ['A', 'B', 'C'], runbooks = ['browse']) => {
    const told: string[] = []
    checkVocabulary(
      readableIn({ ...sound, ...changed }),
      { alerts: new Set(alerts), tickets: new Set<string>(), runbooks: new Set(runbooks) },
      (at, message) => told.push(`${at.join('.')}: ${message}`),
    )
    return told
  }
  assert.deepEqual(vocabulary({}), [])
  assert.deepEqual(vocabulary({}, ['X'], []), [
    "alerts.expected.0.name: there is no alert 'A': did you mean 'X'? choose X",
    "alerts.expected.0.or.0: there is no alert 'B': did you mean 'X'? choose X",
    "alerts.allowed.0: there is no alert 'C': did you mean 'X'? choose X",
    'runbooks.0: there is no runbook docs/runbooks/browse.md',
  ])
})

test('texts that reveal the cause before the debrief are reported, and so is a debrief that does not name it', () => {
  const told = (change: (scenario: Scenario) => void): string[] => {
    const scenario = structuredClone({ ...loaded, versions: undefined })
    change(scenario)
    const found: string[] = []
    checkTeaching(scenario, (at, message) => found.push(`${at.join('.')}: ${message.split(':')[0]}`))
    return found
  }
  const name = "names the cause, 'inventory'"
  const { milestones } = loaded
  assert.deepEqual(
    told(() => {}),
    [],
  )
  const table: [(scenario: Scenario) => void, string[]][] = [
    [(each) => void (each.title = 'Inventory is slow'), [`title: ${name}`]],
    [(each) => void (each.summary = 'The INVENTORY is slow.'), [`summary: ${name}`]],
    // A word that only contains it is another word.
    [(each) => void (each.summary = 'Inventorying is slow.'), []],
    [(each) => void (each.ease = { what: 'less of inventory', steps: [] }), [`ease.what: ${name}`]],
    [(each) => void (each.ease = undefined), []],
    [(each) => void (each.milestones.acknowledged.hints.orient = 'inventory'), []],
    [(each) => void (each.milestones.located.hints.orient = 'inventory'), [`milestones.located.hints.orient: ${name}`]],
    [(each) => void (each.milestones.diagnosed.hints.orient = 'inventory'), [`milestones.diagnosed.hints.orient: ${name}`]],
    [(each) => void (each.milestones.mitigated.hints.orient = 'inventory'), []],
    [
      (each) => void (each.milestones.diagnosed.hints.tell = 'It is inventory.'),
      ['milestones.diagnosed.hints.tell: should be enough to finish'],
    ],
    [
      (each) => void (each.milestones.diagnosed.hints.tell = 'It is a release.'),
      ['milestones.diagnosed.hints.tell: should be enough to finish'],
    ],
  ]
  for (const [change, expected] of table) assert.deepEqual(told(change), expected, change.toString())
  assert.equal(loaded.milestones, milestones)
})

test('any value in place of a scenario is parsed as far as possible', () => {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.record(Object.fromEntries(Object.keys(sound).map((key) => [key, fc.jsonValue()])), { requiredKeys: [] }),
  )
  fc.assert(
    fc.property(odd, (value) => {
      const scenario = readableIn(value)
      checkReferences(
        scenario,
        'ours',
        () => {},
        () => {},
      )
      checkVocabulary(scenario, { alerts: new Set(), tickets: new Set<string>(), runbooks: new Set() }, () => {})
    }),
    { numRuns: 300, seed: 1 },
  )
})

test('one invalid part does not prevent the others from being parsed', () => {
  const read = readableIn({
    ...sound,
    timeline: [release, 'then nothing', { ...release, at: '1 min' }],
    solution: 'roll back',
    runbooks: [1, 'browse'],
  })
  assert.deepEqual(
    read.timeline.map(({ at, fault }) => [at, fault]),
    [
      [3_000, 'bad-release'],
      [undefined, undefined],
      [60_000, 'bad-release'],
    ],
  )
  assert.deepEqual(read.solution, [])
  assert.deepEqual(read.runbooks, [undefined, 'browse'])
  for (const value of [null, [], 'text', 4]) assert.deepEqual(readableIn(value).timeline, [])
})
