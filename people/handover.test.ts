import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { loadScenario } from '../drills/scenarios.ts'
import { foldDrill, type DrillEvent, type DrillEventBody } from '../model/drill.ts'
import { handoverFields, type HandoverNote } from '../model/handover.ts'
import { judgeHandovers } from './handover.ts'
import type { HandoverRule } from './handover-rules.ts'

const root = path.join(import.meta.dirname, '..', 'scenarios')
/** Its cause: inventory, release. */
const slowShelves = loadScenario(path.join(root, 'slow-shelves'))
const { people: _people, ...withoutPeople } = slowShelves
/** Its cause: postgres, database. */
const lostProperty = loadScenario(path.join(root, 'lost-property'))
const minute = 60_000
const startedAt = Date.UTC(2026, 0, 5, 14, 0)

type Happened = [minute: number, body: DrillEventBody]
const page = (name: string, summary: string): DrillEventBody => ({
  type: 'page-received',
  alert: { fingerprint: 'a', name, severity: 'page', summary, startsAt: '' },
})
const broken: Happened[] = [
  [0.05, { type: 'fault-injected', instance: 'i', fault: 'bad-release', step: 0 }],
  [2, page('BrowseLatencyBudgetBurn', 'Browsing is slow for users')],
  [5, { type: 'harm-measured', harm: { good: 900, slow: 100, failed: 20 } }],
]
const action = (id: string, title: string, params: Record<string, unknown>, ok = true): DrillEventBody => ({
  type: 'action-run',
  action: id,
  title,
  kind: 'change',
  params,
  ok,
  summary: 'done',
  harmful: null,
})
const rollback = action('roll-back', 'Roll back a service', { service: 'catalog' })
const diagnosed: DrillEventBody = { type: 'milestone-reached', milestone: 'diagnosed', evidence: 'named' }
const mitigated: DrillEventBody = { type: 'milestone-reached', milestone: 'mitigated', evidence: 'served' }

const good: HandoverNote = {
  broken: 'Product pages are slow. We do not know the cause yet.',
  hurt: 'Most customers, about one in ten requests.',
  since: '14:01',
  tried: 'Nothing was changed.',
  doing: 'I compare slow traces with usual ones.',
  next: 'Find the span that takes the time.',
}
/** The result for a note in the tenth minute, in a drill with these events. */
function judged(changes: Partial<HandoverNote>, happened: Happened[] = [], scenario = slowShelves) {
  const all: Happened[] = [...broken, ...happened, [10, { type: 'handover-written', ...good, ...changes }]]
  const started: DrillEventBody = {
    type: 'drill-started',
    scenario: scenario.id,
    mode: 'learning',
    trainee: 't',
    limitMs: 1e7,
    seed: 1,
    usersBefore: null,
    fingerprint: '',
  }
  const events = [[0, started] as Happened, ...all]
    .toSorted(([a], [b]) => a - b)
    .map(([at, body], index): DrillEvent => ({ ...body, id: index + 1, drill: 'd', at: startedAt + at * minute }))
  const state = foldDrill(events)
  assert.ok(state)
  const [only, ...more] = judgeHandovers(state, events, scenario)
  assert.ok(only && more.length === 0)
  return only
}
const wrong = (...given: Parameters<typeof judged>): HandoverRule[] =>
  judged(...given).findings.flatMap(({ rule, ok }) => (ok ? [] : [rule]))
const told = (rule: HandoverRule, ...given: Parameters<typeof judged>): string | null | undefined =>
  judged(...given).findings.find((finding) => finding.rule === rule)?.note

test('a note with everything that was known has nothing missing', () => {
  assert.deepEqual(wrong({}), [])
  assert.equal(judged({}).better, null)
})

test('missing parts of a note are found, one by one, and a better version has them', () => {
  const none = Object.fromEntries(handoverFields.map((name) => [name, ''])) as unknown as HandoverNote
  const found = judged({ ...none, next: 'ok' }, [[4, rollback]])
  assert.deepEqual(
    found.findings.filter(({ ok }) => !ok).map(({ rule }) => rule),
    ['broken', 'hurt', 'since', 'cause', 'tried', 'doing', 'next'],
  )
  assert.deepEqual(found.better, {
    broken: 'Product pages load slowly, for everybody. The cause is not known yet.',
    hurt: '20 requests had failed and 100 were slow, of 1020 so far.',
    since: 'About 14:00 UTC.',
    tried: '14:04 UTC: Roll back a service (catalog).',
    doing: 'Looking for the cause.',
    next: 'Follow a request that went wrong to the part where it stops. Change nothing before that.',
  })
})

test('a better version is itself a note with nothing missing, whatever had happened', () => {
  const courses: Happened[][] = [
    [],
    [
      [4, rollback],
      [4.5, action('restart', 'Restart a component', { component: 'redis' })],
    ],
    [
      [3, { type: 'cause-named', component: 'redis', category: 'cache', sentence: '', correct: false }],
      [4, rollback],
    ],
    [
      [4, rollback],
      [6, diagnosed],
    ],
    [
      [
        4,
        {
          type: 'command-run',
          command: 'psql -c "drop trigger partner_orders on orders.outbox"',
          folder: '/',
          status: 0,
          kind: 'change',
          harmful: null,
          shell: 's',
        },
      ],
      [6, diagnosed],
      [7, mitigated],
    ],
  ]
  for (const scenario of [slowShelves, withoutPeople, lostProperty])
    for (const course of courses) {
      const { better } = judged({ broken: 'It.', since: '' }, course, scenario)
      assert.ok(better)
      assert.deepEqual(wrong(better, course, scenario), [], JSON.stringify(better))
    }
})

describe('since when', () => {
  const cases: [said: string, right: boolean][] = [
    ['14:00', true],
    ['about 15:02 local time', true],
    ['for ten minutes', true],
    ['9 minutes ago', true],
    ['0:30 on the timeline', true],
    ['14:20', false],
    ['half an hour ago', false],
    ['an hour ago', false],
    ['this morning', false],
  ]
  for (const [since, right] of cases) test(since, () => assert.deepEqual(wrong({ since }), right ? [] : ['since']))

  test('the debrief says when it was', () => assert.equal(told('since', { since: '14:20' }), 'it began at 14:00 UTC'))
})

describe('the cause', () => {
  const named: Happened[] = [[6, diagnosed]]
  const cases: [said: string, happened: Happened[], right: boolean][] = [
    ['The cause is not known.', [], true],
    ['I suspect redis.', [], true],
    ['The cause is redis.', [], false],
    ['The cause is the new release of inventory.', [], true],
    ['Nothing else to say.', [], false],
    ['The cause is the new release of inventory.', named, true],
    ['We do not know the cause yet.', named, false],
    ['It might be caused by redis.', named, false],
  ]
  for (const [said, happened, right] of cases)
    test(`${said} ${happened.length > 0 ? 'after' : 'before'} it was named`, () =>
      assert.deepEqual(wrong({ broken: `Product pages are slow. ${said}` }, happened), right ? [] : ['cause']))
})

describe('what was changed', () => {
  const restarts: Happened[] = ['redis', 'catalog'].map((component) => [4, action('restart', 'Restart a component', { component })])
  const command = (text: string, kind: 'change' | 'inspect' = 'change', status = 0): Happened => [
    4,
    { type: 'command-run', command: text, folder: '/', status, kind, harmful: null, shell: 's' },
  ]
  const cases: [said: string, happened: Happened[], rules: HandoverRule[]][] = [
    ['We rolled catalog back, without effect.', [[4, rollback]], []],
    ['A rollback of catalog did nothing.', [[4, rollback]], []],
    ['Nothing was changed.', [[4, rollback]], ['tried']],
    ['Nothing was changed.', [[11, rollback]], []],
    ['Nothing was changed.', [[4, action('roll-back', 'Roll back a service', { service: 'catalog' }, false)]], []],
    ['Restarted redis and catalog.', restarts, []],
    ['Restarted redis.', restarts, ['tried']],
    ['Killed the session of the audit.', [[4, action('end-session', 'Terminate a database session', { pid: 812 })]], []],
    ['We dropped the trigger partner_orders.', [command('psql -c "drop trigger partner_orders on orders.outbox"')], []],
    ['Nothing was changed.', [command('psql -c "drop trigger partner_orders on orders.outbox"')], ['tried']],
    ['Nothing was changed.', [command('psql -c "select 1"', 'inspect'), command('kill 1', 'change', 1)], []],
    ['We restarted redis.', [], ['undone']],
    ['We rolled back catalog.', [[4, action('restart', 'Restart a component', { component: 'catalog' })]], ['tried', 'undone']],
    ['Not restarted anything yet.', [], []],
  ]
  for (const [tried, happened, rules] of cases) test(tried, () => assert.deepEqual(wrong({ tried }, happened), rules))

  test('the debrief names what is not listed', () =>
    assert.equal(told('tried', { tried: 'Restarted redis.' }, restarts), 'not listed: Restart a component (catalog)'))
})

test('a claimed end that was not reached is found, and a true one is accepted', () => {
  const doing = 'Everything is fine, users are served again.'
  assert.deepEqual(wrong({ doing }), ['over'])
  assert.deepEqual(wrong({ doing }, [[9, mitigated]]), [])
})

test('the symptom is known from the author, or from the pages', () => {
  for (const scenario of [slowShelves, withoutPeople]) {
    assert.deepEqual(wrong({ broken: 'Checkout fails. The cause is not known.' }, [], scenario), ['broken'])
    assert.deepEqual(wrong({}, [], scenario), [])
  }
  assert.equal(told('broken', { broken: 'Something.' }, [], withoutPeople), 'Browsing is slow for users')
  assert.deepEqual(wrong({ broken: 'Some parcels are never shipped. The cause is not known.' }, [], lostProperty), [])
  assert.equal(told('broken', {}, [], lostProperty), 'Some orders are paid and confirmed, and are never shipped')
})
