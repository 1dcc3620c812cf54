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
/** Out of order: the second to begin is the most urgent. */
const shift: Shift = {
  id: 'ours',
  title: 'Ours',
  summary: 'S',
  difficulty: 'beginner',
  limit: 36e5,
  brief: '',
  debrief: '',
  incidents: [
    {
      at: 12e4,
      scenario: 'slow-shelves',
      breaks: ['users-served'],
      urgency: 'now',
      why: 'Everybody waits.',
    },
    {
      at: 6e4,
      scenario: 'two-truths',
      breaks: ['prices-current'],
      urgency: 'soon',
      why: 'Prices are wrong.',
    },
    {
      at: 6e5,
      scenario: 'full-outbox',
      breaks: ['queue-drained'],
      urgency: 'later',
      why: 'Orders are late.',
    },
  ],
  noise: [
    {
      at: 3e4,
      fault: 'slow-bank',
      params: {},
      for: 25e3,
      alerts: ['Checkout*'],
      what: 'the bank',
    },
    {
      at: 9e5,
      fault: 'slow-bank',
      params: {},
      for: 25e3,
      alerts: ['Checkout*'],
      what: 'the bank again',
    },
  ],
}
const played = playedShift(shift, scenarios, null)
const [prices, shelves, outbox] = [1, 2, 3]

const started: DrillEventBody = {
  type: 'drill-started',
  scenario: 'ours',
  shift: true,
  mode: 'learning',
  trainee: 't',
  limitMs: 36e5,
  seed: 0,
  usersBefore: null,
  fingerprint: '',
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
const harm = (seconds: number, failed: number): At => [seconds, { type: 'harm-measured', harm: { good: 1_000, slow: 0, failed } }]
const note: DrillEventBody = { type: 'handover-written', broken: 'Nothing.', hurt: '', since: '', tried: '', doing: '', next: '' }

/** A shift with these events, each at its second. */
function scored(mode: 'learning' | 'assessment', ...course: At[]) {
  const inOrder = [[0, { ...started, mode } as DrillEventBody] as const, ...course].toSorted(([a], [b]) => a - b)
  const events = inOrder.map(([seconds, body], index): DrillEvent => ({ ...body, id: index + 1, drill: 'd', at: seconds * 1_000 }))
  const state = foldDrill(events)
  assert.ok(state)
  return { score: scoreShift(state, events, shift, played), events }
}
const found = (...course: At[]) => scored('learning', ...course).score.triage
const both = [begins(prices, 1), begins(shelves, 2), pages(prices, 10), pages(shelves, 20)]

describe('triage: of two open ones, the more urgent one first', () => {
  test('in order', () => {
    const { points, of, findings } = found(...both, reaches(shelves, 'mitigated', 100), reaches(prices, 'mitigated', 200))
    assert.deepEqual([points, of], [shiftWeights.triage, shiftWeights.triage])
    assert.deepEqual(findings, [
      {
        ok: true,
        share: 1,
        text: "'Slow shelves' and 'Two truths' were open at the same time. You dealt with 'Slow shelves' first. Everybody waits.",
      },
    ])
  })
  test('the urgent one alone', () => assert.equal(found(...both, reaches(shelves, 'mitigated', 100)).points, 15))
  test('the other one first: by the share of the harm in that time', () => {
    const course = [...both, reaches(prices, 'mitigated', 100), reaches(shelves, 'mitigated', 200)]
    const { points, findings } = found(...course, harm(21, 10), harm(99, 40), harm(199, 130))
    // Ten before there was a choice, thirty while prices were handled, ninety afterwards.
    assert.equal(points, Math.round(15 * (1 - 40 / 130)))
    const text =
      /, and 'Two truths' was mitigated first\. Meanwhile, 40 of the users' requests were slow or failed, of 130 in all\. 'Slow shelves' was more urgent\. Everybody waits\. You keep 69 % of the points for this choice\.$/
    assert.match(findings[0]?.text ?? '', text)
    assert.equal(found(...course, harm(10, 50), harm(21, 60), harm(99, 60), harm(199, 160)).points, 14, 'hardly anybody felt it meanwhile')
  })
  test('the other one first, when no request was slow or failed: by the share of the time', () => {
    const open = [begins(prices, 1), begins(outbox, 2), pages(prices, 20), pages(outbox, 20)]
    const { points, findings } = found(...open, reaches(2, 'mitigated', 65), reaches(prices, 'mitigated', 200))
    assert.equal(points, Math.round(15 * 0.75))
    assert.match(
      findings[0]?.text ?? '',
      /was mitigated first\. 'Two truths' was more urgent\. .* You keep 75 % of the points for this choice\.$/,
    )
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
  test('never both open: nothing to choose, and nothing lost', () => {
    const before = found(begins(prices, 1), pages(prices, 10), reaches(prices, 'mitigated', 15), begins(shelves, 16), pages(shelves, 20))
    assert.deepEqual(before, { points: 15, of: 15, findings: [] })
    assert.deepEqual(found(begins(prices, 1), begins(shelves, 2), pages(prices, 10)).findings, [], 'the second has not paged')
  })
  test('a share of the points for a share of the choices', () => {
    const all = [...both, begins(outbox, 30), pages(outbox, 40)]
    const ends = [reaches(shelves, 'mitigated', 100), reaches(outbox, 'mitigated', 150), reaches(prices, 'mitigated', 200)]
    const { points, findings } = found(...all, ...ends)
    // Of the time in which prices waited, 40 to 150 was spent on the outbox.
    assert.deepEqual([points, findings.map(({ ok }) => ok)], [Math.round((15 * (1 + 1 + 1 - 110 / 190)) / 3), [false, true, true]])
  })
})

describe('triage: noise is left alone', () => {
  const noise: At[] = [
    [10, { type: 'page-received', alert: alert('CheckoutErrorBudgetBurn', 'n') }],
    [60, { type: 'page-resolved', alert: alert('CheckoutErrorBudgetBurn', 'n') }],
  ]
  const change = (seconds: number, own: object = {}): At => [
    seconds,
    {
      type: 'action-run',
      action: 'restart',
      title: 'Restart',
      kind: 'change',
      params: { component: 'orders' },
      ok: true,
      summary: '',
      harmful: null,
      ...own,
    },
  ]
  const typed = (seconds: number, kind: 'change' | 'inspect', status = 0): At => [
    seconds,
    { type: 'command-run', command: 'pkill orders', folder: '/', status, shell: 's', kind, harmful: null },
  ]
  const acknowledged: At = [12, { type: 'page-acknowledged', incident: 1 }]
  const of = (...course: At[]) => found(...noise, acknowledged, ...course)
  const alone = 'Incident 1 was noise. You changed nothing because of it.'

  test('acknowledging it, looking and waiting is all that is needed', () =>
    assert.deepEqual(
      of(
        change(5),
        change(20, { kind: 'inspect' }),
        change(21, { ok: false }),
        typed(22, 'inspect'),
        typed(23, 'change', 1),
        begins(prices, 900),
      ),
      {
        points: 15,
        of: 15,
        findings: [
          {
            ok: true,
            share: 1,
            text: alone,
          },
        ],
      },
    ))
  test('leaving before anything came gets no points', () =>
    assert.equal(of([90, { type: 'drill-finished', outcome: 'given-up' }]).points, 0))
  test('a change because of it is named', () => {
    const { points, findings } = of(change(20), typed(70, 'change'))
    assert.deepEqual([points, findings[0]?.ok], [0, false])
    assert.equal(findings[0]?.text, 'Incident 1 was noise. Nothing was broken when you changed something: Restart, `pkill orders`.')
  })
  test('of many changes, three are named', () =>
    assert.match(of(...[20, 21, 22, 23].map((at) => change(at))).findings[0]?.text ?? '', /: Restart, Restart, Restart, …\.$/))
  test('naming a cause for it means not recognising it', () => {
    const named: At = [20, { type: 'cause-named', incident: 1, component: 'orders', category: 'release', sentence: '', correct: false }]
    assert.deepEqual(of(named).findings, [{ ok: false, share: 0, text: 'Incident 1 was noise, and you named a cause for it.' }])
  })
  test('a change while an incident is open is attributed to that one', () => {
    const { findings } = of(begins(prices, 15), change(20))
    assert.deepEqual(findings, [{ ok: true, share: 1, text: alone }])
  })
  test('a change after an incident is attributed to noise that still fires, and not to noise that was over before', () => {
    const incident = [begins(prices, 100), pages(prices, 110), ...everything(2, 120)]
    assert.deepEqual(
      of(...incident, change(200)).findings.map(({ ok }) => ok),
      [true],
    )
    const [paged] = noise
    assert.ok(paged)
    assert.deepEqual(
      found(paged, ...incident, change(200)).findings.map(({ ok }) => ok),
      [false],
    )
  })
})

test('incidents that did not begin do not count; a shift without any has no points to give', () => {
  const { score } = scored('learning')
  assert.deepEqual(
    score.incidents.map(({ place, scenario, urgency, why, drill, score: { total } }) => [place, scenario, urgency, why, drill, total]),
    [
      [1, 'two-truths', 'soon', 'Prices are wrong.', null, 0],
      [2, 'slow-shelves', 'now', 'Everybody waits.', null, 0],
      [3, 'full-outbox', 'later', 'Orders are late.', null, 0],
    ],
  )
  assert.deepEqual([score.total, score.triage.points, score.handover.points], [0, 0, 0])
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

test('ending a shift early gives no points for what had not begun; when time is up, that does not count', () => {
  const first = [begins(prices, 1), pages(prices, 2), ...everything(prices, 3)]
  const ended = (outcome: 'given-up' | 'time-up') => scored('learning', ...first, [60, { type: 'drill-finished', outcome }]).score.total
  assert.deepEqual([ended('given-up'), ended('time-up')], [Math.round(80 / 3) + 15, 95])
})

describe('a slow burn that was fixed while it was a ticket', () => {
  const slow: Shift = {
    ...shift,
    incidents: [
      {
        at: 60_000,
        scenario: 'one-in-ten',
        slowBurn: { for: 300_000, ticket: 'T', params: {} },
        breaks: ['users-served'],
        urgency: 'now',
        why: '',
      },
      { at: 120_000, scenario: 'two-truths', breaks: ['prices-current'], urgency: 'soon', why: 'Prices are wrong.' },
    ],
  }
  const known = new Map([...scenarios, ['one-in-ten', loadScenario(path.join(folder, 'one-in-ten'))]])
  const composed = playedShift(slow, known, null)
  const burns: DrillEventBody = {
    type: 'fault-injected',
    instance: 'i',
    fault: 'canary-release',
    step: composed.incidents?.[1]?.steps[0] ?? -1,
  }
  const act = (action: string, params: Record<string, unknown> = {}, harmful: string | null = null): DrillEventBody => ({
    type: 'action-run',
    action,
    title: action,
    kind: 'change',
    params,
    ok: true,
    summary: '',
    harmful,
  })
  const look: DrillEventBody = { type: 'place-viewed', view: 'deploys', component: 'catalog', detail: 'deploys of catalog' }
  const played = (...bodies: DrillEventBody[]) => {
    const events = [started, ...bodies].map((body, index): DrillEvent => ({ ...body, id: index + 1, drill: 'd', at: index * 1_000 }))
    const state = foldDrill(events)
    assert.ok(state)
    return scoreShift(state, events, slow, composed)
  }

  test('counts as a perfect incident', () => {
    const { incidents, total } = played(burns, look, act('end-canary'))
    assert.deepEqual(
      incidents.map(({ scenario, forestalled, drill, score }) => [scenario, forestalled, drill, score.total]),
      [
        ['two-truths', false, null, 0],
        ['one-in-ten', true, null, 100],
      ],
    )
    assert.equal(total, 80 + 15)
  })
  test('minus what made it worse before', () => {
    const harmful = [act('roll-back', { service: 'catalog' }, 'it was healthy'), act('flush-cache', {}, 'it was not involved')]
    const { incidents } = played(act('flush-cache', {}, 'before'), burns, look, ...harmful, act('end-canary'))
    assert.deepEqual(
      incidents.map(({ score }) => score.total),
      [0, 80],
    )
  })
  test('was not a change because of noise that had paged before', () => {
    const page: DrillEventBody = { type: 'page-received', alert: alert('CheckoutErrorBudgetBurn', 'n') }
    const findings = (...bodies: DrillEventBody[]) => played(page, burns, ...bodies).triage.findings.map(({ ok }) => ok)
    assert.deepEqual([findings(act('end-canary')), findings(act('restart', { component: 'orders' }))], [[true], [false]])
  })
})

test('in an assessment, hints about noise cost a part of its points', () => {
  const noise: At = [10, { type: 'page-received', alert: alert('CheckoutErrorBudgetBurn', 'n') }]
  const hint = (at: number): At => [
    at,
    { type: 'hint-given', incident: 1, milestone: 'located', rung: 'orient', text: '', reason: 'asked' },
  ]
  const shares = (mode: 'learning' | 'assessment') =>
    scored(mode, noise, hint(11), hint(12)).score.triage.findings.map(({ ok, share }) => [ok, share])
  assert.deepEqual([shares('learning'), shares('assessment')], [[[true, 1]], [[true, 0.6]]])
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
