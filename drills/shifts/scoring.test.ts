import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { foldDrill, type DrillEvent, type DrillEventBody } from '../../model/drill.ts'
import { milestoneNames, type MilestoneName } from '../../model/scenario.ts'
import type { Shift } from '../../model/shift.ts'
import { holdsFor } from '../../test/fuzz.ts'
import { loadScenario } from '../scenarios.ts'
import { playedShift } from './compose.ts'
import { alertPages } from './noise.ts'
import { scoreShift, shiftWeights } from './scoring.ts'

const folder = path.join(import.meta.dirname, '..', '..', 'scenarios')
const ids = ['slow-shelves', 'two-truths', 'full-outbox']
const scenarios = new Map(ids.map((id) => [id, loadScenario(path.join(folder, id))]))
/** Written out of order: the second to begin is the most urgent. */
const shift: Shift = {
  ...{ id: 'ours', title: 'Ours', summary: 'S', difficulty: 'beginner', limit: 3_600_000, brief: '', debrief: '' },
  incidents: [
    { at: 120_000, scenario: 'slow-shelves', breaks: ['users-served'], urgency: 'now', why: 'Everybody waits.' },
    { at: 60_000, scenario: 'two-truths', breaks: ['prices-current'], urgency: 'soon', why: 'Prices are wrong.' },
    { at: 600_000, scenario: 'full-outbox', breaks: ['queue-drained'], urgency: 'later', why: 'Orders are late.' },
  ],
  noise: [
    { at: 30_000, fault: 'slow-bank', params: {}, for: 25_000, alerts: ['Checkout*'], what: 'the bank' },
    { at: 900_000, fault: 'slow-bank', params: {}, for: 25_000, alerts: ['Checkout*'], what: 'the bank again' },
  ],
}
const played = playedShift(shift, scenarios, null)
const [prices, shelves, outbox] = [1, 2, 3]

const started: DrillEventBody = {
  ...{ type: 'drill-started', scenario: 'ours', shift: true, mode: 'learning', trainee: 't', limitMs: 3_600_000, seed: 0 },
  ...{ usersBefore: null, fingerprint: '' },
}
type At = readonly [seconds: number, body: DrillEventBody]
const begins = (number: number, seconds: number): At => {
  const place = played.incidents?.[number - 1]?.steps[0] ?? -1
  return [seconds, { type: 'fault-injected', instance: `i${number}`, fault: 'f', step: place }]
}
const pagesOf = ['PricesOutdated', 'BrowseLatencyBudgetBurn', 'OrdersNotFulfilled']
const alert = (name: string, fingerprint: string) => ({ fingerprint, name, severity: 'page', summary: '', startsAt: '' })
const pages = (number: number, seconds: number): At => [
  seconds,
  { type: 'page-received', alert: alert(pagesOf[number - 1] ?? '', `p${number}`) },
]
const reaches = (number: number, milestone: MilestoneName, seconds: number): At => [
  seconds,
  { type: 'milestone-reached', milestone, evidence: '', incident: number },
]
const note: DrillEventBody = { type: 'handover-written', broken: 'Nothing.', hurt: '', since: '', tried: '', doing: '', next: '' }

/** A shift in which this came to pass, each at its second. */
function scored(mode: 'learning' | 'assessment', ...course: At[]) {
  const inOrder = [[0, { ...started, mode } as DrillEventBody] as const, ...course].toSorted(([a], [b]) => a - b)
  const events = inOrder.map(([seconds, body], index): DrillEvent => ({ ...body, id: index + 1, drill: 'd', at: seconds * 1_000 }))
  const state = foldDrill(events)
  assert.ok(state)
  return { score: scoreShift(state, events, shift, played), events }
}
const found = (...course: At[]) => scored('learning', ...course).score.triage
const both = [begins(prices, 1), begins(shelves, 2), pages(prices, 10), pages(shelves, 20)]

describe('triage: of two that are open, the more urgent one first', () => {
  test('in order', () => {
    const { points, of, findings } = found(...both, reaches(shelves, 'mitigated', 100), reaches(prices, 'mitigated', 200))
    assert.deepEqual([points, of], [shiftWeights.triage, shiftWeights.triage])
    assert.deepEqual(findings, [
      {
        ok: true,
        text: "'Slow shelves' and 'Two truths' were open at the same time. You dealt with 'Slow shelves' first. Everybody waits.",
      },
    ])
  })
  test('the urgent one alone', () => assert.equal(found(...both, reaches(shelves, 'mitigated', 100)).points, 15))
  test('the other one first', () => {
    const { points, findings } = found(...both, reaches(prices, 'mitigated', 100), reaches(shelves, 'mitigated', 200))
    assert.equal(points, 0)
    assert.match(findings[0]?.text ?? '', /, and 'Two truths' was mitigated first\. 'Slow shelves' was more urgent\. Everybody waits\.$/)
  })
  test('the other one alone', () =>
    assert.deepEqual(
      found(...both, reaches(prices, 'mitigated', 100)).findings.map(({ ok }) => ok),
      [false],
    ))
  test('neither', () => {
    const { points, findings } = found(...both)
    assert.equal(points, 0)
    assert.match(findings[0]?.text ?? '', /, and neither was mitigated\. 'Slow shelves' was more urgent\./)
  })
  test('not both open: nothing to choose, and nothing lost', () => {
    const before = found(begins(prices, 1), pages(prices, 10), reaches(prices, 'mitigated', 15), begins(shelves, 16), pages(shelves, 20))
    assert.deepEqual(before, { points: 15, of: 15, findings: [] })
    assert.deepEqual(found(begins(prices, 1), begins(shelves, 2), pages(prices, 10)).findings, [], 'the second has not paged')
  })
  test('a share of the points for a share of the choices', () => {
    const all = [...both, begins(outbox, 30), pages(outbox, 40)]
    const ends = [reaches(shelves, 'mitigated', 100), reaches(outbox, 'mitigated', 150), reaches(prices, 'mitigated', 200)]
    const { points, findings } = found(...all, ...ends)
    assert.deepEqual([points, findings.map(({ ok }) => ok)], [10, [false, true, true]])
  })
})

test('incidents that did not begin count nothing; a shift without any has nothing to be paid for', () => {
  const { score } = scored('learning')
  assert.deepEqual(
    score.incidents.map(({ place, scenario, urgency, why, drill, score: { total } }) => [place, scenario, urgency, why, drill, total]),
    [
      [1, 'two-truths', 'soon', 'Prices are wrong.', null, 0],
      [2, 'slow-shelves', 'now', 'Everybody waits.', null, 0],
      [3, 'full-outbox', 'later', 'Orders are late.', null, 0],
    ],
  )
  assert.deepEqual([score.total, score.triage.points, score.handover.points], [15, 15, 0])
})

const everything = (number: number, from: number) => milestoneNames.map((name, index) => reaches(number, name, from + index))

test('the rest is the mean of the incidents: a perfect shift has a hundred points, of which the note has five', () => {
  const perfect = [
    begins(prices, 1),
    pages(prices, 2),
    ...everything(prices, 3),
    begins(shelves, 20),
    pages(shelves, 21),
    ...everything(shelves, 22),
  ]
  assert.deepEqual(scored('learning', ...perfect, [40, note]).score.total, 100)
  const { total, handover } = scored('learning', ...perfect).score
  assert.deepEqual([total, handover], [95, { points: 0, of: 5, detail: 'nobody wrote a note for the next shift' }])
  const half = scored('learning', begins(prices, 1), begins(shelves, 1), pages(prices, 2), ...everything(prices, 3), [40, note]).score
  const [first, second] = half.incidents.map(({ score }) => score.total)
  assert.deepEqual([first, half.total], [100, Math.round((((first ?? 0) + (second ?? 0)) / 2) * 0.8) + 15 + 5])
})

test('hints cost what they cost in the mode of the shift', () => {
  const hint: At = [4, { type: 'hint-given', incident: prices, milestone: 'located', rung: 'orient', text: '', reason: 'asked' }]
  const course = [begins(prices, 1), pages(prices, 2), hint, ...everything(prices, 5)]
  const of = (mode: 'learning' | 'assessment') => scored(mode, ...course).score.incidents[0]?.score
  assert.deepEqual([of('learning')?.total, of('assessment')?.total, of('learning')?.assisted], [100, 97, true])
})

const second = fc.integer({ min: 1, max: 3_600 })
const number = fc.constantFrom(prices, shelves, outbox)
const course = fc.array(
  fc.oneof(
    fc.tuple(number, second).map(([which, at]) => begins(which, at)),
    fc.tuple(number, second).map(([which, at]) => pages(which, at)),
    fc.tuple(number, fc.constantFrom(...milestoneNames), second).map(([which, name, at]) => reaches(which, name, at)),
    fc
      .tuple(number, second)
      .map(([incident, at]): At => [
        at,
        { type: 'cause-named', incident, component: 'orders', category: 'cache', sentence: '', correct: false },
      ]),
    fc.tuple(fc.nat(500), second).map(([bad, at]): At => [at, { type: 'harm-measured', harm: { good: 100, slow: bad, failed: bad } }]),
    second.map((at): At => [at, note]),
  ),
  { maxLength: 40 },
)

test('whatever happens, a shift has from 0 to 100 points', async (context) => {
  await holdsFor(context, [course, fc.constantFrom('learning' as const, 'assessment' as const)], (happened, mode) => {
    const { total, triage, handover, incidents } = scored(mode, ...happened).score
    assert.ok(Number.isInteger(total) && total >= 0 && total <= 100, String(total))
    assert.ok(triage.points >= 0 && triage.points <= triage.of && handover.points <= handover.of)
    for (const { score } of incidents) assert.ok(score.total >= 0 && score.total <= 100)
  })
})

test('noise: when it was, and how often each paged', () => {
  const noise = played.timeline.flatMap(({ fault }, place) => (fault === 'slow-bank' ? [place] : []))
  const fault = (which: number, seconds: number): At => [
    seconds,
    { type: 'fault-injected', instance: `n${which}`, fault: 'slow-bank', step: noise[which] ?? -1 },
  ]
  const page = (name: string, seconds: number): At => [seconds, { type: 'page-received', alert: alert(name, `n${seconds}`) }]
  const told = (...happened: At[]) => alertPages(shift, played, scored('learning', ...happened).events)
  assert.deepEqual(told(page('CheckoutErrorBudgetBurn', 5)), [
    { what: 'the bank', at: null, pages: 0 },
    { what: 'the bank again', at: null, pages: 0 },
  ])
  const first = [page('CheckoutErrorBudgetBurn', 5), fault(0, 30), page('CheckoutErrorBudgetBurn', 40), page('Other', 41)]
  // Of an open incident that allows it, the page is not noise.
  const second = [fault(1, 900), begins(shelves, 901), page('CheckoutErrorBudgetBurn', 910)]
  assert.deepEqual(told(...first, ...second, page('CheckoutLatencyBudgetBurn', 890)), [
    { what: 'the bank', at: 30_000, pages: 2 },
    { what: 'the bank again', at: 900_000, pages: 0 },
  ])
  const again = [fault(1, 900), page('CheckoutErrorBudgetBurn', 910), page('CheckoutLatencyBudgetBurn', 911)]
  assert.deepEqual(
    told(...first, ...again).map(({ pages: times }) => times),
    [1, 2],
    'a page is of the latest noise that may page by it',
  )
})
