import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { foldDrill, type DrillEvent, type DrillEventBody } from '../model/drill.ts'
import { eventInWords, postmortem } from './postmortem.ts'
import { loadScenario } from './scenarios.ts'

const scenario = loadScenario(path.join(import.meta.dirname, '..', 'scenarios', 'slow-shelves'))
const startedAt = Date.parse('2026-03-04T05:06:07Z')
const alert = { fingerprint: 'a', name: 'BrowseLatencyBudgetBurn', severity: 'page', summary: 'pages are slow', startsAt: '' }
const action = {
  type: 'action-run',
  action: 'restart',
  title: 'Restart',
  kind: 'change',
  params: {},
  summary: 'redis was restarted',
} as const
const command = { type: 'command-run', command: 'kill `pidof redis`', folder: '/', shell: 's' } as const
const cause = { type: 'cause-named', component: 'redis', category: 'cache' } as const

const words: [DrillEventBody & { by?: { name: string; role: string } }, string | null][] = [
  [{ type: 'page-received', alert }, 'Page: pages are slow (BrowseLatencyBudgetBurn)'],
  [{ type: 'page-resolved', alert }, 'Resolved: BrowseLatencyBudgetBurn'],
  [{ type: 'page-acknowledged' }, 'Acknowledged'],
  [{ type: 'page-escalated', afterMs: 185_000 }, 'Escalated after 3:05'],
  [{ ...action, ok: true, harmful: null }, 'Restart: redis was restarted'],
  [{ ...action, ok: false, harmful: null }, 'Restart: redis was restarted (failed)'],
  [{ ...command, kind: 'change', status: 0, harmful: null }, "Ran `kill 'pidof redis'`"],
  [{ ...command, kind: 'change', status: 127, harmful: null }, "Ran `kill 'pidof redis'` (exit status 127)"],
  [{ ...command, kind: 'inspect', status: 0, harmful: null }, null],
  [{ ...cause, sentence: '', correct: false }, 'Suspected redis, cache: wrong'],
  [{ ...cause, sentence: 'it is full', correct: true }, 'Suspected redis, cache: right – it is full'],
  [{ type: 'milestone-reached', milestone: 'located', evidence: 'looked at logs' }, '**located**: looked at logs'],
  [{ type: 'said', text: 'look at redis', by: { name: 'Robin', role: 'lead' } }, 'Robin: look at redis'],
  [{ type: 'said', text: 'look at redis' }, 'Somebody: look at redis'],
  [
    { type: 'handover-written', broken: 'checkout', hurt: '', since: '14:02', tried: '', doing: '', next: '' },
    'Handover note: What is broken: checkout · Since when: 14:02',
  ],
  [{ type: 'status-posted', status: 'identified', text: 'we know why' }, 'Status page, identified: we know why'],
  [{ type: 'note-added', text: 'odd' }, 'Note: odd'],
  // What only the instructor knew, and what is of no interest to readers.
  [{ type: 'fault-injected', instance: 'i', fault: 'noop', step: 0 }, null],
  [{ type: 'health-changed', healthy: false, failing: ['x'] }, null],
  [{ type: 'hint-asked' }, null],
]
test('each kind of event has a sentence, or none', () => {
  for (const [{ by, ...body }, expected] of words)
    assert.equal(eventInWords({ ...body, id: 1, drill: 'd', at: 0, ...(by ? { by } : {}) } as DrillEvent), expected, JSON.stringify(body))
})

function written(bodies: readonly [at: number, body: DrillEventBody][], folder: string | null = null): string {
  const started: DrillEventBody = {
    type: 'drill-started',
    scenario: scenario.id,
    mode: 'learning',
    trainee: 'Robin',
    limitMs: scenario.limit,
    seed: 1,
    usersBefore: null,
    fingerprint: '',
  }
  const events = [[0, started] as const, ...bodies].map(([at, body], index): DrillEvent => ({
    ...body,
    id: index,
    drill: 'd',
    at: startedAt + at,
  }))
  const state = foldDrill(events)
  assert.ok(state)
  return postmortem(state, events, scenario, [{ title: 'Latency', href: 'graphs/latency.svg' }], folder)
}
/** The text of a section. */
const section = (text: string, title: string): string => text.split(`## ${title}\n`)[1]?.split('\n## ')[0]?.trim() ?? ''

test('it says when, who, what it was and what was done about it', () => {
  const text = written([])
  assert.match(text, /^# Postmortem: Slow shelves\n\n2026-03-04 05:06 UTC · on call: Robin · a drill\n/)
  assert.match(section(text, 'Summary'), /It was \*\*inventory\*\* \(release\)\.$/)
  assert.match(section(text, 'Resolution'), /^1\. `roll-back`: The previous release/)
  for (const title of ['What went well', 'What went badly', 'Where we were lucky']) assert.equal(section(text, title), '-')
  assert.match(section(text, 'Impact'), /!\[Latency\]\(graphs\/latency\.svg\)/)
})

test('the impact is in requests and in error budget, with each milestone and its par', () => {
  assert.match(section(written([]), 'Impact'), /^Nothing is known of the users\./)
  const text = written([
    [65_000, { type: 'milestone-reached', milestone: 'acknowledged', evidence: '' }],
    [70_000, { type: 'harm-measured', harm: { good: 180, slow: 15, failed: 5 } }],
  ])
  const impact = section(text, 'Impact')
  assert.match(impact, /^5 requests failed and 15 were slow, of 200 \(10\.0 %\): 10\.0 times the error budget of that time\./)
  assert.match(impact, /\| acknowledged \| 1:05 \| 1:30 \|\n\| located \| not reached \| 4:00 \|/)
})

test('the timeline has what was done when, with text escaped in its table', () => {
  const timeline = section(
    written([
      [5_000, { type: 'page-received', alert }],
      [9_000, { type: 'hint-asked' }],
      [61_000, { type: 'note-added', text: 'a | b\nc' }],
    ]),
    'Timeline',
  )
  assert.deepEqual(timeline.split('\n').slice(2), [
    '| 0:05 | Page: pages are slow (BrowseLatencyBudgetBurn) |',
    '| 1:01 | Note: a \\| b c |',
  ])
})

test('pins are as they were seen, with their picture if there are pictures', () => {
  const pin = {
    kind: 'graph',
    title: 'Latency of `browse` *now*',
    href: '/dashboards/golden',
    facts: ['p95: 900 ms', 'a <b>'],
    graph: { unit: 'seconds', from: 0, to: 1, series: [] },
  } as const
  const bodies: [number, DrillEventBody][] = [
    [30_000, { type: 'note-added', text: 'look\nat [this]', pin: { ...pin, facts: [...pin.facts], graph: { ...pin.graph, series: [] } } }],
    [40_000, { type: 'note-added', text: 'a query', pin: { kind: 'query', title: 'up', href: '/explore', facts: [] } }],
  ]
  const seen = section(written(bodies, 'graphs'), 'What was seen')
  assert.equal(
    seen,
    [
      String.raw`### 0:30: look at \[this\]`,
      'graph: Latency of \\`browse\\` \\*now\\*',
      '![Latency of \\`browse\\` \\*now\\*](graphs/pin-1.svg)',
      String.raw`- p95: 900 ms
- a \<b\>`,
      '### 0:40: a query',
      'query: up',
    ].join('\n\n'),
  )
  assert.ok(!written(bodies).includes('pin-1.svg'))
  assert.ok(!written([]).includes('What was seen'))
})

test('detection counts the pages, and how many of them were useful', () => {
  const text = written([
    [5_000, { type: 'page-received', alert }],
    [6_000, { type: 'page-received', alert: { ...alert, fingerprint: 'b', name: 'ComponentDown' } }],
    [20_000, { type: 'drill-finished', outcome: 'resolved' }],
  ])
  assert.match(section(text, 'Detection'), /^2 pages, 1 of them actionable\./)
  assert.match(
    section(text, 'Detection'),
    /\| BrowseLatencyBudgetBurn \| 1 \| 0:05 \| actionable \|\n\| ComponentDown \| 1 \| 0:06 \| symptom \|/,
  )
})
