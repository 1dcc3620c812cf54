import assert from 'node:assert/strict'
import { test } from 'node:test'
import { briefFor, type Turn } from './brief.ts'
import { sampleView } from './sample-view.ts'
import type { CoachView } from './view.ts'

const brief = (turn: Turn, view: Partial<CoachView> = {}) => briefFor(turn, { ...sampleView, ...view }, false)
const small = (turn: Turn) => briefFor(turn, sampleView, true)
const asked = (help: Extract<Turn, { kind: 'answer' }>['help'], text = 'Where do I look?'): Turn => ({ kind: 'answer', to: 1, text, help })
const hint: Turn = { kind: 'hint', to: 1, text: 'Look at the graphs.' }
const debrief: Turn = { kind: 'debrief', facts: 'You did it in 5:00.' }

test('a model reads what was released, what happened, and the request, in that order', () => {
  const { instructions, prompt } = brief(asked(null), {
    hints: [{ milestone: 'located', rung: 'orient', text: 'Look there.' }],
    timeline: ['0:10 page: slow'],
    talk: [{ who: 'trainee', text: 'Hello?' }],
    working: 'located',
  })
  assert.match(instructions, /^You are the coach/)
  assert.deepEqual(prompt.split('\n'), [
    'Released hints:',
    '- located, orient: Look there.',
    '<data>',
    'page: Browsing is slow',
    'working on: located',
    'time: 1:00 of 20:00',
    'what the trainee did and saw:',
    '- 0:10 page: slow',
    'talk so far:',
    '- trainee: Hello?',
    '</data>',
    'The trainee writes: <data>Where do I look?</data>   Answer within what is released.',
  ])
})

test('the brief says when there is no hint, no page or nothing left to do', () => {
  const { prompt } = brief(hint, { page: null, working: null })
  for (const line of ['- none yet', 'page: none fires', 'working on: nothing, all is reached'])
    assert.ok(prompt.split('\n').includes(line), line)
})

test('text of others is shortened', () => {
  const long = 'word '.repeat(200)
  const { prompt } = brief(asked(null, long), { page: long, talk: [{ who: 'trainee', text: long }] })
  const lengths = prompt.split('\n').map((line) => line.length)
  assert.ok(Math.max(...lengths) < 400, String(Math.max(...lengths)))
})

test('the policy’s help is in the request: a hint that was given, or when there will be one', () => {
  const task = (turn: Turn) => brief(turn).prompt.split('</data>\n').at(-1) ?? ''
  assert.match(task(asked({ given: { text: 'Look there.' } })), /has released this hint for it: "Look there\." Say it in your own words/)
  assert.match(task(asked({ waitMs: 19_001 })), /The next hint is not due for 20 seconds/)
  assert.match(task(asked({ waitMs: 1 })), /not due for 1 seconds/)
  for (const help of [{ waitMs: 0 }, null]) assert.doesNotMatch(task(asked(help)), /hint/)
  assert.match(task(hint), /^This hint has just been released: "Look at the graphs\."/)
  assert.match(task(debrief), /^The drill is over\. These are the facts: You did it in 5:00\./)
})

test('a small model only gets a sentence to reword, and several for a debrief', () => {
  const of = (turn: Turn) => small(turn).prompt
  assert.equal(of(hint), 'Look at the graphs.')
  assert.equal(of(debrief), 'You did it in 5:00.')
  assert.equal(of(asked({ given: { text: 'Look there.' } })), 'Look there.')
  for (const help of [{ waitMs: 5_000 }, null])
    assert.equal(of(asked(help)), 'You ask: Where do I look?. Look at what users feel, and ask yourself what has changed.')
  assert.ok(small(debrief).maxOutputTokens > small(hint).maxOutputTokens)
  assert.ok(brief(hint).maxOutputTokens > small(debrief).maxOutputTokens)
})
