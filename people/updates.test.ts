import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldDrill, type DrillEvent, type DrillEventBody, type StatusUpdate } from '../model/drill.ts'
import type { People } from '../model/people.ts'
import type { UpdateContext } from './update-rules.ts'
import { judgeUpdate, judgeUpdates } from './updates.ts'

const people: People = {
  communication: 'scored',
  hurt: 'Checkout fails with an error for most customers',
  journeys: ['checkout', 'buy', 'order'],
  people: [{ character: 'support-lead', beats: [], facts: [] }],
}

/**
 * What a reader would say of an update, before any rule was written:
 * 5 describes the impact, since when, what is being done and when the next update comes, in time and for its audience;
 * 4 lacks one of these;
 * 3 lacks two, or three of the smaller ones;
 * 2 is honest and says next to nothing;
 * 1 says nothing, or does harm: it blames, promises what nobody can know, or claims what was not known.
 */
type Level = 1 | 2 | 3 | 4 | 5
interface Written {
  level: Level
  text: string
  status?: StatusUpdate['status']
  audience?: StatusUpdate['audience']
  nextInMs?: number
  /** Minutes after the page. */
  after?: number
  /** Milestones reached by then. */
  known?: ('diagnosed' | 'mitigated' | 'recovered')[]
}
const ten = 600_000

const forty: Written[] = [
  // Good.
  { level: 5, text: 'Checkout has failed for many customers since 14:02. We are investigating. Next update at 14:15.' },
  {
    level: 5,
    text: 'Since about ten past two you may get an error when you buy. We are looking into it, and will write again in 10 minutes.',
  },
  { level: 5, text: 'For about five minutes, most attempts to order have failed. We are working on it.', nextInMs: ten },
  {
    level: 5,
    text: 'Checkout fails since 14:02. We do not know why yet; three people are working on it. Next word by 14:20.',
    audience: 'support',
  },
  {
    level: 5,
    text: 'Customers cannot buy since 14:02. We are on it, and I will call you in ten minutes.',
    audience: 'management',
    nextInMs: ten,
  },
  {
    level: 5,
    text: 'Checkout fails since 14:02: sessions wait for a lock in postgres. We are checking who holds it. Next update in 10 minutes.',
    audience: 'engineers',
    known: ['diagnosed'],
  },
  {
    level: 5,
    text: 'We have found why checkout fails since 14:02, and are working on the fix. Next update at 14:25.',
    status: 'identified',
    known: ['diagnosed'],
  },
  {
    level: 5,
    text: 'You can buy again. It started at 14:02; we are watching whether it stays that way. Next update at 14:30.',
    status: 'monitoring',
    known: ['diagnosed', 'mitigated'],
  },
  {
    level: 5,
    text: 'Checkout works again for everybody. Thank you for your patience.',
    status: 'resolved',
    known: ['diagnosed', 'mitigated', 'recovered'],
  },
  // One thing is missing.
  { level: 4, text: 'Checkout fails for many customers. We are investigating. Next update at 14:15.' },
  { level: 4, text: 'Checkout has failed for many customers since 14:02. Next update at 14:15.' },
  { level: 4, text: 'Checkout has failed for many customers since 14:02. We are investigating.' },
  { level: 4, text: 'Since 14:02 we have a problem. We are investigating it. Next update at 14:15.' },
  { level: 4, text: 'Checkout has failed since 14:02. We are investigating the database. Next update at 14:15.' },
  { level: 4, text: 'Checkout has failed since 14:02. It costs us $ 1,000 a minute. We are on it. Next update at 14:15.' },
  { level: 4, text: 'Checkout has failed for many customers since 14:02. We are investigating. Next update at 14:40.', after: 25 },
  { level: 4, text: 'Most orders have failed for ten minutes. We are looking into it right now.', audience: 'support' },
  // Two things are missing.
  { level: 3, text: 'Checkout fails for many customers. We are investigating.' },
  { level: 3, text: 'Since 14:02 something is wrong. We are working on it.' },
  { level: 3, text: 'Customers cannot buy since 14:02, sorry for that.' },
  { level: 3, text: 'We are investigating a problem. Next update at 14:15.' },
  { level: 3, text: 'Checkout fails. We are looking at the connection pool of the orders pods. Next update at 14:15.' },
  { level: 3, text: 'Checkout has failed since 14:02. We see many 503 and timeouts. Next update at 14:15.' },
  { level: 3, text: 'Checkout fails for many customers. We are investigating. Next update at 14:50.', after: 30 },
  { level: 3, text: 'Checkout has failed since 14:02. We are working on it.', after: 30 },
  // Honest, and next to nothing.
  { level: 2, text: 'We are looking into it.' },
  { level: 2, text: 'We are aware of an issue.' },
  { level: 2, text: 'Sorry for the inconvenience, everybody.' },
  { level: 2, text: 'There are some problems today.' },
  { level: 2, text: 'We are investigating some problems.', after: 12 },
  // Nothing, or harm.
  { level: 1, text: 'Hm.' },
  { level: 1, text: 'Working on it.', after: 30 },
  { level: 1, text: 'Checkout fails since 14:02 because the bank messed up. We are working on it. Next update at 14:15.' },
  {
    level: 1,
    text: 'Checkout fails since 14:02. The warehouse team forgot to tell us. We are on it. Next update at 14:15.',
    known: ['diagnosed'],
  },
  { level: 1, text: 'Checkout fails since 14:02. It will be fixed in five minutes, we are working on it. Next update at 14:15.' },
  { level: 1, text: 'Checkout fails since 14:02. We guarantee that no order is lost. We are on it. Next update at 14:15.' },
  { level: 1, text: 'Checkout fails since 14:02. The cause is an attack. We are working on it. Next update at 14:15.' },
  { level: 1, text: 'You can buy again, everything is fixed. We are watching it since 14:10. Next update at 14:30.' },
  { level: 1, text: 'Checkout works again. Thank you for your patience.', status: 'resolved', known: ['diagnosed'] },
  { level: 1, text: 'Since 14:02 checkout fails due to a faulty disk. We are replacing it. Next update at 14:15.', status: 'identified' },
]

const minute = 60_000
const startOf = Date.UTC(2026, 0, 7, 14, 2)
function judged({ text, status = 'investigating', audience = 'customers', nextInMs, after = 3, known = [] }: Written) {
  const context: UpdateContext = {
    journeys: people.journeys,
    at: after * minute,
    dueAt: 5 * minute,
    worthlessAt: 15 * minute,
    diagnosed: known.includes('diagnosed'),
    mitigated: known.includes('mitigated'),
    recovered: known.includes('recovered'),
  }
  return judgeUpdate({ at: startOf + after * minute, status, text, audience, nextInMs: nextInMs ?? null }, context, people, startOf)
}

test('forty updates are ranked as a reader would rank them', () => {
  assert.equal(forty.length, 40)
  const scored = forty.map((written) => ({ ...written, points: judged(written).points }))
  const wrong = scored.flatMap((better) =>
    scored
      .filter((worse) => worse.level < better.level && worse.points >= better.points)
      .map((worse) => `${better.points} (${better.level}) ${better.text}  <=  ${worse.points} (${worse.level}) ${worse.text}`),
  )
  assert.deepEqual(wrong, [])
})

test('the better version of each gets full points', () => {
  for (const written of forty) {
    const { better, points } = judged(written)
    assert.equal(better === null, written.level === 5 || (points === 80 && written.after !== undefined), written.text)
    if (better === null) continue
    const recovered = written.known?.includes('recovered') ?? false
    const status = recovered ? 'resolved' : 'investigating'
    const again = judged({ ...written, text: better, status, after: 3 })
    assert.equal(again.points, 100, better)
  }
})

test('honest words are not taken for harmful ones', () => {
  for (const text of [
    'We cannot promise yet when you will be able to buy again.',
    'It may be caused by our bank; we do not know yet.',
    'We suspect that a release is the reason, and are checking it.',
    'We do not know yet whether orders are affected.',
    'Nobody is working on anything else.',
  ]) {
    const harm = judged({ level: 5, text }).findings.filter(({ points }) => points < 0)
    assert.deepEqual(harm, [], text)
  }
})

/** A drill that was paged at minute 1, and recovered at minute 30. */
function drill(updates: [minute: number, body: Partial<Extract<DrillEventBody, { type: 'status-posted' }>>][]) {
  const bodies: [number, DrillEventBody][] = [
    [0, { type: 'drill-started', scenario: 's', mode: 'learning', trainee: 't', limitMs: 1, seed: 1, usersBefore: null, fingerprint: '' }],
    [1, { type: 'page-received', alert: { fingerprint: 'f', name: 'A', severity: 'page', summary: '', startsAt: '' } }],
    ...updates.map(([at, body]): [number, DrillEventBody] => [
      at,
      { type: 'status-posted', status: 'investigating', text: forty[0]?.text ?? '', ...body },
    ]),
    [30, { type: 'milestone-reached', milestone: 'recovered', evidence: '' }],
    [31, { type: 'drill-finished', outcome: 'resolved' }],
  ]
  const events = bodies
    .toSorted(([a], [b]) => a - b)
    .map(([at, body], index): DrillEvent => ({ ...body, id: index + 1, drill: 'd', at: startOf + at * minute }))
  const state = foldDrill(events)
  assert.ok(state)
  return judgeUpdates(state, people)
}

test('silence gets no points, and a broken promise costs points', () => {
  assert.equal(drill([]).total, 0)
  assert.equal(drill([]).summary, 'Nobody was told anything.')
  const kept = drill([4, 14, 24].map((at) => [at, { nextInMs: ten }]))
  assert.equal(kept.total, 100)
  assert.equal(kept.firstAfterMs, 3 * minute)
  assert.deepEqual(kept.missing, [])
  const once = drill([[4, { nextInMs: ten }]])
  assert.equal(once.missing.length, 1, 'due at 14, worth nothing from 25')
  assert.equal(once.total, 50)
  assert.equal(once.summary, 'One update, the first one 3:00 after the page; one that was due did not come.')
})

test('an update for engineers only counts for nobody else', () => {
  const told = drill([[4, { audience: 'engineers', nextInMs: ten }]])
  assert.equal(told.firstAfterMs, null)
  assert.match(told.summary, /nobody outside engineering was told/)
})
