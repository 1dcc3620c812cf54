import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { drillClock, foldDrill, type DrillEvent, type DrillEventBody, type DrillState } from '../model/drill.ts'
import { elapsed } from '../model/duration.ts'
import { loadScenario } from './scenarios.ts'
import { storyOf } from './told-story.ts'
import type { StorySentence } from '../model/debrief.ts'

const scenario = loadScenario(path.join(import.meta.dirname, '..', 'scenarios', 'slow-shelves'))
const page = { fingerprint: 'f', name: 'BrowseLatencyBudgetBurn', severity: 'page', summary: 'Browsing is slow', startsAt: '' }
const start: DrillEventBody = {
  type: 'drill-started',
  scenario: scenario.id,
  mode: 'learning',
  trainee: 'Robin',
  limitMs: scenario.limit,
  seed: 1,
  usersBefore: null,
  fingerprint: '',
}
const run = { type: 'action-run', action: 'restart', title: 'Restart', params: {}, ok: true, summary: 'done' } as const
const command = { type: 'command-run', command: 'kill 1', folder: '/', status: 0, shell: 's' } as const
const hint = { type: 'hint-given', milestone: 'located', text: 'Look at it', reason: 'asked' } as const
/** Everything that a story may mention, in any order and any number of times, as in no realistic drill. */
const anything: fc.Arbitrary<DrillEventBody> = fc.constantFrom<DrillEventBody>(
  { type: 'page-received', alert: page },
  { type: 'page-resolved', alert: page },
  { type: 'page-acknowledged' },
  { type: 'page-escalated', afterMs: 90_000 },
  { type: 'place-viewed', view: 'logs', component: 'orders', detail: 'the logs of orders' },
  {
    type: 'place-viewed',
    view: scenario.located[0]?.view ?? 'trace',
    component: scenario.located[0]?.component ?? null,
    detail: 'the right place',
  },
  { type: 'cause-named', component: 'redis', category: 'cache', sentence: '', correct: false },
  { type: 'cause-named', component: 'inventory', category: 'release', sentence: '', correct: true },
  { ...run, kind: 'inspect', harmful: null },
  { ...run, kind: 'change', harmful: null },
  { ...run, kind: 'change', harmful: 'orders are lost' },
  { ...command, kind: 'change', harmful: 'it does harm' },
  { ...command, kind: 'inspect', harmful: null },
  { type: 'hint-asked' },
  { ...hint, rung: 'point' },
  { type: 'scenario-eased', what: 'fewer users.' },
  { type: 'milestone-reached', milestone: 'mitigated', evidence: 'users are served' },
  { type: 'milestone-reached', milestone: 'recovered', evidence: 'all is healthy' },
  { type: 'drill-paused' },
  { type: 'drill-continued', pausedMs: 1_000, harm: { good: 1, slow: 1, failed: 1 } },
  { type: 'harm-measured', harm: { good: 90, slow: 7, failed: 3 } },
)

const count = (text: string): number => (/\b(once|one)\b/i.test(text) ? 1 : /\btwice\b/.test(text) ? 2 : Number(/\d+/.exec(text)?.[0]))
type Check = (about: DrillEvent[], text: string, all: DrillEvent[], state: DrillState) => boolean
const of = (all: DrillEvent[], type: DrillEvent['type']) => all.filter((event) => event.type === type)
const none =
  (type: DrillEvent['type']): Check =>
  (_about, _text, all) =>
    of(all, type).length === 0
const isRight = (event: DrillEvent) =>
  event.type === 'place-viewed' && scenario.located.some(({ view, component }) => view === event.view && component === event.component)
const when = (text: string) => /after (\d+:\d\d)/i.exec(text)?.[1]
/** When the first event of a kind was, by the drill's clock. */
const firstOf =
  (is: (event: DrillEvent) => boolean): Check =>
  (about, text, all, state) => {
    const found = all.find(is)
    return found !== undefined && about[0]?.id === found.id && when(text) === elapsed(drillClock(state, found.at))
  }
const reached = (name: string) => (event: DrillEvent) => event.type === 'milestone-reached' && event.milestone === name
const acts = (event: DrillEvent) => event.type === 'action-run' || event.type === 'command-run'

/** How each sentence is checked against the events, independent of the code that wrote it. */
const checks: [RegExp, Check][] = [
  [/^The first page came/, firstOf(({ type }) => type === 'page-received')],
  [/^No page came/, none('page-received')],
  [/^Nobody acknowledged for 1:30/, (_about, _text, all) => of(all, 'page-escalated').length > 0],
  [/^The page was acknowledged/, firstOf(({ type }) => type === 'page-acknowledged')],
  [/^The page was not acknowledged/, none('page-acknowledged')],
  [/^The cause was in sight/, firstOf(isRight)],
  [/looked at, but none that shows/, (_about, text, all) => !all.some(isRight) && count(text) === of(all, 'place-viewed').length],
  [/^No place was looked at/, none('place-viewed')],
  [
    /^A wrong cause was named/,
    (_about, text, all) => count(text) === all.filter((event) => event.type === 'cause-named' && !event.correct).length,
  ],
  [/^The cause was named/, firstOf((event) => event.type === 'cause-named' && event.correct)],
  [/^The cause was not named/, (_about, _text, all) => !all.some((event) => event.type === 'cause-named' && event.correct)],
  [/^Nothing was changed/, (_about, _text, all) => !all.some((event) => acts(event) && 'kind' in event && event.kind === 'change')],
  [
    /^The shop was changed/,
    (_about, text, all) => count(text) === all.filter((event) => acts(event) && 'kind' in event && event.kind === 'change').length,
  ],
  [
    /did harm/,
    (_about, text, all) => count(text) === all.filter((event) => acts(event) && 'harmful' in event && event.harmful !== null).length,
  ],
  [
    /^The coach gave/,
    (_about, text, all) => {
      const [given = '', asked = 'asked for 0 times'] = text.split(';')
      return count(given) === of(all, 'hint-given').length && count(asked) === of(all, 'hint-asked').length
    },
  ],
  [/the coach made it easier/, firstOf(({ type }) => type === 'scenario-eased')],
  [/^The incident was mitigated/, firstOf(reached('mitigated'))],
  [/^Users were served well again/, firstOf(reached('recovered'))],
  [/^The drill ended before users were served/, (_about, _text, all) => !all.some(reached('recovered'))],
  [/^Of 100 requests of users, 3 failed and 7 were slow/, (_about, _text, all) => of(all, 'harm-measured').length > 0],
  [/^Time was up/, (_about, _text, all) => of(all, 'drill-finished').some((event) => 'outcome' in event && event.outcome === 'time-up')],
  [
    /^The drill was ended by hand/,
    (_about, _text, all) => of(all, 'drill-finished').some((event) => 'outcome' in event && event.outcome === 'given-up'),
  ],
]

const played = (bodies: readonly DrillEventBody[], outcome: 'resolved' | 'time-up' | 'given-up'): DrillEvent[] =>
  [start, ...bodies, { type: 'drill-finished', outcome } as const].map((body, index) => ({
    ...body,
    id: index + 1,
    drill: 'd',
    at: 1_000_000 + index * 7_000,
  }))

test('every sentence of the story is true of the events, for any events', () => {
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 40 }), fc.constantFrom('resolved', 'time-up', 'given-up'), (bodies, outcome) => {
      const events = played(bodies, outcome)
      const state = foldDrill(events)
      assert.ok(state)
      const story = storyOf(state, events, scenario)
      for (const { text, events: ids } of story) {
        const check = checks.find(([form]) => form.test(text))?.[1]
        assert.ok(check, `no check knows the sentence: ${text}`)
        const about = ids.map((id) => events.find((event) => event.id === id)).filter((event) => event !== undefined)
        assert.equal(about.length, ids.length)
        assert.ok(check(about, text, events, state), `not true: ${text}`)
      }
      // Nothing is repeated, and the end is always told.
      assert.equal(new Set(story.map(({ text }) => text)).size, story.length)
      assert.ok(story.some(({ text }: StorySentence) => /served well again/.test(text)))
    }),
    { numRuns: 500 },
  )
})

test('the story says how a drill ended, unless it was resolved', () => {
  const told = (outcome: 'resolved' | 'time-up' | 'given-up') => {
    const events = played([], outcome)
    const state = foldDrill(events)
    assert.ok(state)
    return storyOf(state, events, scenario)
      .map(({ text }) => text)
      .filter((text) => /^(Time was up|The drill was ended by hand)/.test(text))
  }
  assert.deepEqual(told('resolved'), [])
  assert.deepEqual(told('time-up'), ['Time was up after 0:07.'])
  assert.deepEqual(told('given-up'), ['The drill was ended by hand after 0:07.'])
})

test('the story says what was done, and with which result', () => {
  const view = scenario.located[0]
  const bodies: DrillEventBody[] = [
    start,
    { type: 'page-received', alert: page },
    { type: 'page-acknowledged' },
    { type: 'place-viewed', view: view?.view ?? 'trace', component: view?.component ?? null, detail: 'a slow trace' },
    { type: 'cause-named', component: 'inventory', category: 'release', sentence: '', correct: true },
    { ...run, kind: 'change', harmful: null },
    { ...command, kind: 'change', harmful: 'it does harm' },
    { type: 'hint-asked' },
    { ...hint, rung: 'point' },
    { type: 'scenario-eased', what: 'fewer users.' },
    { type: 'milestone-reached', milestone: 'mitigated', evidence: 'users are served' },
    { type: 'milestone-reached', milestone: 'recovered', evidence: 'all is healthy' },
    { type: 'harm-measured', harm: { good: 90, slow: 7, failed: 3 } },
    { type: 'drill-finished', outcome: 'given-up' },
  ]
  const all = bodies.map((body, index): DrillEvent => ({ ...body, id: index + 1, drill: 'd', at: index * 1_000 }))
  const state = foldDrill(all)
  assert.ok(state)
  const told = storyOf(state, all, scenario)
  // The events of each sentence, by their numbers.
  assert.deepEqual(
    told.map(({ events, tone }) => [tone, ...events]),
    [
      ['bad', 2],
      ['good', 3],
      ['good', 4],
      ['good', 5],
      ['plain', 6, 7],
      ['bad', 7],
      ['plain', 9, 8],
      ['plain', 10],
      ['good', 11],
      ['good', 12],
      ['bad', 13],
      ['bad', 14],
    ],
  )
})
