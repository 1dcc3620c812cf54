import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { loadScenario } from '../../drills/scenarios.ts'
import { foldDrill, type DrillEvent, type DrillEventBody } from '../../model/drill.ts'
import { milestoneNames, type MilestoneName } from '../../model/scenario.ts'
import type { Decision } from '../policy.ts'
import { startOf } from '../simulation.ts'
import { viewOf, shortened } from './view.ts'
import { asksForHelp, authorAnswer, debriefWords, questionFor } from './words.ts'

const scenario = loadScenario(path.join(import.meta.dirname, '..', '..', 'scenarios', 'slow-shelves'))
const events = (bodies: readonly [at: number, body: DrillEventBody][]): DrillEvent[] =>
  [[0, startOf(scenario, 'Robin')] as const, ...bodies].map(([at, body], index) => ({ ...body, id: index + 1, drill: 'd', at }))
const reached = (milestone: MilestoneName, at: number): [number, DrillEventBody] => [
  at,
  { type: 'milestone-reached', milestone, evidence: 'x' },
]
const alert = { fingerprint: 'a', name: 'A', severity: 'page', summary: 'pages are slow', startsAt: '' }

test('requests for help are recognised in many forms, and other messages are not', () => {
  for (const text of [
    'I am stuck',
    'Help!',
    'any hints?',
    "I don't know",
    'what now',
    'what should I do',
    'Where do I look?',
    'I give up',
    'another one',
    'no idea',
  ])
    assert.ok(asksForHelp(text), text)
  for (const text of ['it is slow', 'looking at redis', 'helpful graph', 'what a day', 'the hinterland', ''])
    assert.ok(!asksForHelp(text), text)
})

test('the author’s answer has the hint, or when there will be one, or a question', () => {
  const question = questionFor('located')
  const table: [Parameters<typeof authorAnswer>[1], string][] = [
    [{ given: { text: 'Look there.' } }, 'Look there.'],
    [{ waitMs: 1 }, `Try the last hint first; there is another in 1 s. ${question}`],
    [{ waitMs: 19_001 }, `Try the last hint first; there is another in 20 s. ${question}`],
    [{ waitMs: 0 }, `You have every hint of this step: the last one says what to do. ${question}`],
    [null, `${question} Say that you are stuck, and you get a hint.`],
  ]
  for (const [help, expected] of table) assert.equal(authorAnswer('located', help), expected)
  const all = [...milestoneNames, null].map(questionFor)
  assert.equal(new Set(all).size, 6)
  for (const each of all) assert.match(each, /\?$|\?/)
})

describe('the words at the end', () => {
  const said = (bodies: readonly [number, DrillEventBody][]) => {
    const all = events(bodies)
    const state = foldDrill(all)
    assert.ok(state)
    return debriefWords(state, all, scenario)
  }
  const finished = (at: number, outcome: 'resolved' | 'time-up'): [number, DrillEventBody] => [at, { type: 'drill-finished', outcome }]
  const hint: DrillEventBody = { type: 'hint-given', milestone: 'located', rung: 'orient', text: '', reason: 'asked' }

  test('for a drill that was not resolved', () =>
    assert.equal(
      said([finished(65_000, 'time-up')]),
      'The drill ended after 1:05, before the first milestone: play it again whenever you like.',
    ))

  test('for one that still runs, up to the last event', () =>
    assert.match(said([reached('acknowledged', 30_000), [95_000, hint]]), /^The drill ended after 1:35, with acknowledged reached\./))

  test('for one that came halfway', () =>
    assert.equal(
      said([reached('acknowledged', 30_000), [31_000, hint], reached('located', 200_000), finished(300_000, 'time-up')]),
      'The drill ended after 5:00, with acknowledged and located reached. Within par: acknowledged and located. Without a hint: acknowledged.',
    ))

  test('for one that was resolved late', () => {
    const wrong: DrillEventBody = { type: 'cause-named', component: 'redis', category: 'cache', sentence: '', correct: false }
    const harmful: DrillEventBody = {
      type: 'action-run',
      action: 'a',
      title: '',
      kind: 'change',
      params: {},
      ok: true,
      summary: '',
      harmful: 'x',
    }
    const bodies: [number, DrillEventBody][] = [
      // Pars are 1:30, 4:00, 6:00, 8:00 and 9:00.
      reached('acknowledged', 180_000),
      [190_000, wrong],
      [191_000, harmful],
      reached('located', 300_000),
      reached('diagnosed', 360_000),
      reached('mitigated', 500_000),
      reached('recovered', 600_000),
      finished(610_000, 'resolved'),
    ]
    assert.equal(
      said(bodies),
      'You brought the shop back in 10:10. Within par: diagnosed. Without a hint: acknowledged, located, diagnosed, mitigated, and recovered. You named 1 other cause first; each was cheap to rule out. 1 of your actions made it worse for users: the debrief says which, and why. Most time over par went into acknowledged: look there first next time. You did not look at a trace; try one next time, because it is often the shorter way.',
    )
    const looked: DrillEventBody = { type: 'place-viewed', view: 'trace', component: null, detail: '' }
    const again = said([[1_000, wrong], [2_000, looked], ...bodies])
    assert.match(again, /named 2 other causes first/)
    assert.doesNotMatch(again, /without a trace/)
  })
})

test('a step that took exactly its par is within it', () => {
  const all = events([
    reached('acknowledged', scenario.milestones.acknowledged.par),
    [200_000, { type: 'drill-finished', outcome: 'time-up' }],
  ])
  const state = foldDrill(all)
  assert.ok(state)
  const said = debriefWords(state, all, scenario)
  assert.match(said, /Within par: acknowledged\./)
  assert.doesNotMatch(said, /over par/)
})

test('of several steps over par, the one that took longest relative to its par is named', () => {
  const all = events([
    reached('acknowledged', 100_000),
    reached('located', 600_000),
    reached('diagnosed', 700_000),
    [800_000, { type: 'drill-finished', outcome: 'time-up' }],
  ])
  const state = foldDrill(all)
  assert.ok(state)
  assert.match(debriefWords(state, all, scenario), /Most time over par went into located: look there first next time\.$/)
})

describe('the model’s view', () => {
  const decisions: { unasked: Decision; asked: Decision } = {
    unasked: { kind: 'wait', forMs: 1, reasons: [] },
    asked: { kind: 'exhausted', reasons: [] },
  }
  const seen = (bodies: readonly [number, DrillEventBody][], now = 100_000) => {
    const all = events(bodies)
    const state = foldDrill(all)
    assert.ok(state)
    return viewOf(state, all, now, decisions)
  }

  test('uses the drill’s own clock', () => {
    const view = seen([
      [10_000, { type: 'page-received', alert }],
      [20_000, { type: 'drill-paused' }],
      [50_000, { type: 'drill-continued', pausedMs: 30_000, harm: { good: 0, slow: 0, failed: 0 } }],
      reached('acknowledged', 60_000),
    ])
    assert.deepEqual(
      [view.elapsedMs, view.milestones.acknowledged, view.milestones.located, view.working],
      [70_000, 30_000, null, 'located'],
    )
    assert.deepEqual([view.page, view.paused, view.mayNow, view.mayIfAsked], ['pages are slow', false, 'wait', 'exhausted'])
    assert.deepEqual(view.timeline, ['0:10 page: pages are slow', '0:30 milestone acknowledged: x'])
  })

  test('stops when the drill is over', () => {
    const view = seen([[60_000, { type: 'drill-finished', outcome: 'given-up' }]])
    assert.equal(view.elapsedMs, 60_000)
  })

  test('has only the start of each text', () => {
    const long = 'x'.repeat(400)
    const view = seen([
      [1_000, { type: 'note-added', text: long }],
      [2_000, { type: 'coach-asked', text: long }],
      [3_000, { type: 'coach-replied', to: 1, text: long, words: 'author' }],
    ])
    assert.ok((view.timeline[0] ?? long).endsWith('x…') && (view.talk[0]?.text ?? long).endsWith('x…'))
    assert.equal(view.talk[1]?.text, long, 'what the coach said is short by itself')
  })

  test('has nothing that the trainee does not see', () => {
    const view = seen([
      [1_000, { type: 'fault-injected', instance: 'i', fault: 'bad-release', step: 0 }],
      [2_000, { type: 'coach-decided', decision: 'wait', reasons: ['inventory'] }],
      [3_000, { type: 'health-changed', healthy: false, failing: ['inventory'] }],
    ])
    assert.deepEqual(view.timeline, [])
    assert.ok(!JSON.stringify(view).includes('inventory'))
    assert.equal(view.page, null)
  })

  test('has the latest of what was done and said, in words', () => {
    const note = (text: string): DrillEventBody => ({ type: 'note-added', text })
    const view = seen([
      ...Array.from({ length: 30 }, (_, index): [number, DrillEventBody] => [index, note(`n${index}`)]),
      ...Array.from({ length: 8 }, (_, index): [number, DrillEventBody] => [
        40 + index,
        index % 2 === 0 ? { type: 'coach-asked', text: `q${index}` } : { type: 'coach-replied', to: 1, text: `a${index}`, words: 'author' },
      ]),
    ])
    assert.equal(view.timeline.length, 25)
    assert.deepEqual([view.timeline[0], view.timeline.at(-1)], ['0:00 noted: n5', '0:00 noted: n29'])
    assert.deepEqual(
      view.talk.map(({ who, text }) => `${who} ${text}`),
      ['trainee q2', 'coach a3', 'trainee q4', 'coach a5', 'trainee q6', 'coach a7'],
    )
  })

  test('has words for each kind of event', () => {
    const run = { type: 'action-run', action: 'a', title: 'Restart', kind: 'change', params: {}, summary: '', harmful: null } as const
    const command = { type: 'command-run', command: 'ls', folder: '/', kind: 'inspect', harmful: null, shell: 's' } as const
    const cause = { type: 'cause-named', component: 'redis', category: 'cache', sentence: '' } as const
    const words: [DrillEventBody, string][] = [
      [{ type: 'page-resolved', alert }, 'resolved: A'],
      [{ type: 'page-acknowledged' }, 'acknowledged the page'],
      [{ type: 'place-viewed', view: 'logs', component: null, detail: 'the logs' }, 'looked at the logs'],
      [{ ...run, ok: true }, 'ran "Restart" and it worked'],
      [{ ...run, ok: false }, 'ran "Restart" and it failed'],
      [{ ...command, status: 0 }, 'ran in a terminal (it worked): ls'],
      [{ ...command, status: 2 }, 'ran in a terminal (exit status 2): ls'],
      [{ ...cause, correct: true }, 'named redis, cache: right'],
      [{ ...cause, correct: false }, 'named redis, cache: not it'],
      [
        { type: 'hint-given', milestone: 'located', rung: 'point', text: 'the text', reason: 'asked' },
        'was given the point hint of located',
      ],
      [{ type: 'hint-asked' }, 'asked for a hint'],
      [{ type: 'time-extended', byMs: 1 }, 'was given more time'],
      [{ type: 'scenario-eased', what: '' }, 'the scenario was made easier'],
    ]
    assert.deepEqual(
      seen(words.map(([body], index) => [index, body])).timeline,
      words.map(([, text]) => `0:00 ${text}`),
    )
  })

  test('counts the pauses that the coach was allowed', () => {
    const used = (tool: string, allowed: boolean): [number, DrillEventBody] => [
      1,
      { type: 'coach-used-tool', tool, input: {}, allowed, why: '' },
    ]
    assert.equal(seen([used('pause', true), used('pause', false), used('finish', true)]).pausesByCoach, 1)
  })

  test('text of others is put on one line, without delimiters, and shortened', () => {
    assert.equal(shortened(' a\n\tb\u0000\u200Bc ', 20), 'a b c')
    assert.equal(shortened('</data>`x`', 20), "'/data''x'")
    assert.equal(shortened('abcde', 5), 'abcde')
    assert.equal(shortened('abcdef', 5), 'abcd…')
  })
})
