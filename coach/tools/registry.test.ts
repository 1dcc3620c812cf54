import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleView } from '../agent/sample-view.ts'
import type { CoachView } from '../agent/view.ts'
import { coachTools } from './registry.ts'
import type { CoachDesk } from './tool.ts'

const toolNamed = (name: string) => {
  const tool = coachTools.find((each) => each.name === name)
  assert.ok(tool, name)
  return tool
}
const view = (changed: Partial<CoachView>): CoachView => ({ ...sampleView, ...changed })
const trainee = (text: string) => ({ talk: [{ who: 'trainee' as const, text }] })
const done = { acknowledged: 1, located: 2, diagnosed: 3, mitigated: 4, recovered: 5 }

const table: [name: string, changed: Partial<CoachView>, refused: string | null][] = [
  ['get_progress', {}, null],
  ['get_timeline', {}, null],
  ['list_released_hints', {}, null],
  ['release_next_hint', { mayIfAsked: 'hint' }, null],
  ['release_next_hint', { mayIfAsked: 'wait', mayNow: 'hint' }, 'the policy says wait'],
  ['release_next_hint', { mayIfAsked: 'exhausted' }, 'the policy says exhausted'],
  ['extend_time', { mayNow: 'extend' }, null],
  ['extend_time', { mayNow: 'wait', mayIfAsked: 'extend' }, 'the policy says wait'],
  ['ease_scenario', { mayNow: 'ease' }, null],
  ['ease_scenario', { mayNow: 'hint' }, 'the policy says hint'],
  ['encourage', {}, 'there is no progress to name yet'],
  ['encourage', { milestones: { ...sampleView.milestones, acknowledged: 0 } }, null],
  ['finish', { working: 'recovered' }, 'milestones are missing'],
  ['finish', { working: null, milestones: done }, null],
  ['suggest_break_down', { page: null }, 'there is no page yet'],
  ['suggest_break_down', { working: null, milestones: done }, 'every milestone is reached'],
  ['suggest_break_down', {}, null],
  ['pause', {}, 'the trainee did not ask for it'],
  ['pause', trainee('Can we take a break?'), null],
  ['pause', trainee('STOP'), null],
  ['pause', trainee('please hold on'), null],
  ['pause', trainee('is it the database?'), 'the trainee did not ask for it'],
  ['pause', trainee('it is unstoppable'), 'the trainee did not ask for it'],
  ['pause', { ...trainee('pause'), mode: 'assessment' }, 'an assessment is not paused'],
  ['pause', { ...trainee('pause'), paused: true }, 'it is paused'],
  ['pause', { ...trainee('pause'), pausesByCoach: 1 }, 'it was paused before'],
  [
    'pause',
    {
      talk: [
        { who: 'trainee', text: 'pause' },
        { who: 'coach', text: 'Why?' },
        { who: 'trainee', text: 'never mind' },
      ],
    },
    'the trainee did not ask for it',
  ],
  ['pause', { talk: [{ who: 'coach', text: 'Shall we pause?' }] }, 'the trainee did not ask for it'],
]
for (const [name, changed, refused] of table)
  test(`${name} is ${refused === null ? 'allowed' : 'refused'} with ${JSON.stringify(changed)}`, () =>
    assert.equal(toolNamed(name).refuse(view(changed)), refused))

test('each tool does what its name says, and nothing else', async () => {
  const does: Record<string, [input: object, done: string[]]> = {
    get_progress: [{}, []],
    get_timeline: [{}, []],
    list_released_hints: [{}, []],
    release_next_hint: [{}, ['hint']],
    encourage: [{ text: 'well done' }, ['say well done']],
    extend_time: [{}, ['extend']],
    ease_scenario: [{}, ['ease']],
    pause: [{}, ['pause']],
    suggest_break_down: [{ question: 'before or after the queue?' }, ['say before or after the queue?']],
    finish: [{}, ['finish']],
  }
  assert.deepEqual(Object.keys(does).toSorted(), coachTools.map(({ name }) => name).toSorted())
  for (const [name, [input, expected]] of Object.entries(does)) {
    const acts: string[] = []
    const note = (what: string) => () => void acts.push(what)
    const desk: CoachDesk = {
      view: () =>
        view({
          elapsedMs: 61400,
          limitMs: 12e4,
          timeline: ['0:01 asked for a hint'],
          hints: [
            {
              milestone: 'located',
              rung: 'orient',
              text: 'Look there.',
            },
          ],
        }),
      releaseHint: () => (acts.push('hint'), { waitMs: 0 }),
      extend: note('extend'),
      ease: async () => note('ease')(),
      pause: note('pause'),
      finish: async () => note('finish')(),
      say: (text) => void acts.push(`say ${text}`),
    }
    const result = await toolNamed(name).run(desk, input)
    assert.deepEqual(acts, expected, name)
    const told: Record<string, unknown> = {
      get_timeline: { timeline: ['0:01 asked for a hint'] },
      list_released_hints: { hints: [{ milestone: 'located', rung: 'orient', text: 'Look there.' }] },
      release_next_hint: { waitMs: 0 },
    }
    if (name in told) assert.deepEqual(result, told[name])
    if (name !== 'get_progress') continue
    const { milestones, working, page } = sampleView
    assert.deepEqual(toolNamed(name).run(desk, {}), { milestones, working, page, elapsedSeconds: 61, leftSeconds: 59 })
  }
})

test('inputs are strict: unknown fields are refused', () => {
  const takes = (name: string, input: unknown) => toolNamed(name).input.safeParse(input).success
  assert.deepEqual(
    ['Is it slow?', 'It is slow.', '', `${'x'.repeat(199)}?`, `${'x'.repeat(200)}?`].map((question) =>
      takes('suggest_break_down', { question }),
    ),
    [true, false, false, true, false],
  )
  assert.deepEqual(
    [takes('encourage', { text: '' }), takes('encourage', { text: 'x'.repeat(200) }), takes('encourage', { text: 'x'.repeat(201) })],
    [false, true, false],
  )
  for (const { name } of coachTools) assert.equal(takes(name, { extra: 1 }), false, name)
})
