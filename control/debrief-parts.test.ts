import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DrillEvent, DrillState } from '../model/drill.ts'
import type { Debrief } from '../model/debrief.ts'
import { answerOf, debriefPage, referenceTable, scoreTable, section, seen, table, timelineTable } from './debrief-parts.ts'

const startedAt = Date.UTC(2026, 2, 2, 10)
/** A drill that was paused for a minute, after its first. */
const drill = {
  startedAt,
  pauses: [{ from: startedAt + 60_000, to: startedAt + 120_000 }],
  skips: [],
  trainee: 'Ada <b>',
  mode: 'guided',
  milestones: { acknowledged: startedAt + 30_000, located: startedAt + 180_000, diagnosed: null, mitigated: null, recovered: null },
} as unknown as DrillState
const note = (at: number, fields: object) =>
  ({ type: 'note-added', at: startedAt + at, text: 'look', by: null, ...fields }) as unknown as DrillEvent

test('a page says whose drill it was, when and how, as text', () => {
  const page = debriefPage('Slow & steady', drill, '<p>body</p>')
  assert.match(page, /<title>Debrief: Slow &amp; steady<\/title>/)
  assert.match(page, /2026-03-02 10:00 UTC · Ada &lt;b&gt; · guided<\/p>\n<p>body<\/p>/)
})

test('a section without anything in it is left out, and its heading is of the level that was asked for', () => {
  assert.equal(section('Nothing', ''), '')
  assert.equal(section('A & B', 'text'), '<section><h2>A &amp; B</h2>text</section>')
  assert.equal(section('A', 'text', 'h3'), '<section><h3>A</h3>text</section>')
})

test('the first cell of each row is its heading', () => {
  assert.equal(
    table(['a', 'b'], [['1', '<i>2</i>']]),
    '<table><tr><th scope="col">a</th><th scope="col">b</th></tr><tr><th scope="row">1</th><td><i>2</i></td></tr></table>',
  )
})

test('milestones are told on the clock of the drill, beside the reference, or as not reached', () => {
  const reference = (['acknowledged', 'located', 'diagnosed'] as const).map((milestone) => ({ milestone, parMs: 90_000 }))
  const rows = referenceTable({ drill, reference } as unknown as Debrief)
    .split('<tr>')
    .slice(2)
  assert.deepEqual(
    rows.map((row) =>
      row
        .replaceAll(/<[^>]+>/g, ' ')
        .trim()
        .split(/  +/),
    ),
    [
      ['acknowledged', '0:30', '1:30'],
      ['located', '2:00', '1:30'],
      ['diagnosed', 'not reached', '1:30'],
    ],
  )
})

test('the answer names actions in words and commands as they are typed', () => {
  const solution = [
    { action: 'roll-back', params: {}, why: 'it is <new>' },
    { terminal: 'redis-cli ping', params: {}, why: 'to see' },
  ]
  const answer = answerOf({ cause: { component: 'inventory', category: 'release' }, solution } as unknown as Debrief)
  assert.match(answer, /It was <b>inventory<\/b>, release\./)
  assert.match(answer, /<li><b>roll back<\/b>: it is &lt;new&gt;<\/li><li><b>\$ redis-cli ping<\/b>: to see<\/li>/)
})

test('points are out of what there is to get, and what only costs points is a number alone', () => {
  const lines = [
    { what: 'Recovery', points: 20, of: 30, detail: 'in 2:00' },
    { what: 'Hints', points: -5, of: 0, detail: 'two' },
  ]
  const scores = scoreTable({ score: { lines } } as unknown as Debrief)
  assert.match(scores, /<td>20 of 30<\/td>/)
  assert.match(scores, /<td>-5<\/td>/)
})

test('what was pinned has its time, who pinned it, its facts and its picture, where it has them', () => {
  const events = [
    note(30_000, { pin: { kind: 'log', title: 'A line', href: '/logs', facts: ['level: error', 'a < b'] }, by: { name: 'Ada' } }),
    note(150_000, { pin: { kind: 'metric', title: 'A graph', href: '/explore', facts: [], graph: {} } }),
    note(160_000, {}),
  ]
  const picture = { file: 'pin-2.svg', title: 'Requests', svg: '<svg/>' }
  const [line, graph] = seen(events, drill, { graphs: [], pinned: [picture] }).split(/(?=<p>)/)
  assert.equal(
    line,
    '<p><time>0:30</time> <b>Ada:</b> look <span class="quiet">(log: A line)</span></p><ul class="quiet"><li>level: error</li><li>a &lt; b</li></ul>',
  )
  assert.equal(
    graph,
    '<p><time>1:30</time> look <span class="quiet">(metric: A graph)</span></p><figure><svg/><figcaption class="quiet">Requests</figcaption></figure>',
  )
})

test('the timeline has the events that say something, and of which incident each is', () => {
  const acknowledged = { type: 'page-acknowledged', at: startedAt + 30_000 }
  const events = [{ type: 'fault-injected', at: startedAt, step: 0 }, acknowledged, { ...acknowledged, incident: 2 }]
  const rows = timelineTable(events as unknown as DrillEvent[], drill)
    .split('<tr>')
    .slice(2)
  assert.deepEqual(
    rows.map((row) => row.replaceAll(/<[^>]+>/g, ' ').trim()),
    ['0:30   Acknowledged', '0:30   Incident 2: Acknowledged'],
  )
})
