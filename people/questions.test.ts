import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { loadScenarios } from '../drills/scenarios.ts'
import type { Fact } from '../model/people.ts'
import { asks, factAsked, tells } from './questions.ts'

const scenarios = [...loadScenarios(path.join(import.meta.dirname, '..', 'scenarios')).values()]
const facts = (scenario: string, character: string): readonly Fact[] =>
  scenarios.find(({ id }) => id === scenario)?.people?.people.find((person) => person.character === character)?.facts ?? []
const asked = (scenario: string, character: string, question: string) => factAsked(question, facts(scenario, character))?.id ?? null

test('questions are understood in everyday wording', () => {
  for (const [scenario, character, question, fact] of [
    ['stuck-checkout', 'database-colleague', 'Hi! Could you check whether anything is blocked by a lock right now?', 'waiting'],
    ['stuck-checkout', 'database-colleague', 'Are there sessions waiting?', 'waiting'],
    ['stuck-checkout', 'database-colleague', 'Whose session is that?', 'who'],
    ['stuck-checkout', 'support-lead', 'Has anybody been charged without getting an order?', 'charged'],
    ['stuck-checkout', 'head-of-sales', 'Can you please hold the newsletter back?', 'stop-newsletter'],
    ['payday', 'provider-engineer', 'Do you have any problem on your side?', 'state'],
    ['payday', 'provider-engineer', 'What is the latency of the authorisations?', 'state'],
    ['payday', 'provider-engineer', 'What happens to the calls when we cancel after a timeout?', 'cancel'],
    ['dead-till', 'provider-engineer', 'Do you see any calls from us?', 'calls'],
    ['dead-till', 'previous-shift', 'Was anything deployed on your shift?', 'shift'],
    ['dead-till', 'previous-shift', 'Is there a cron job at midnight?', 'midnight'],
    ['dead-till', 'security-officer', 'Could it be an attack?', 'logins'],
    ['slow-shelves', 'support-lead', 'What do customers see exactly?', 'who'],
    ['slow-shelves', 'support-lead', 'Since when?', 'since'],
    ['slow-shelves', 'database-colleague', 'How busy is the database?', 'load'],
    ['slow-shelves', 'database-colleague', 'Which queries are there so many of?', 'queries'],
    ['silent-warehouse', 'previous-shift', 'What was changed this morning?', 'changes'],
    ['silent-warehouse', 'previous-shift', 'Tell me about the new partner.', 'partner'],
    ['silent-warehouse', 'customer', 'When did you order?', 'when'],
    ['old-tags', 'support-lead', 'Which products have wrong prices?', 'pattern'],
    ['old-tags', 'head-of-sales', 'How often do you change prices today?', 'changes'],
    ['old-tags', 'head-of-sales', 'Please freeze the prices.', 'stop'],
    ['one-in-ten', 'customer', 'Are you logged in with your account?', 'who-am-i'],
    ['one-in-ten', 'support-lead', 'Who is affected?', 'affected'],
    ['monday-morning', 'head-of-sales', 'Did the price import finish?', 'import'],
    ['monday-morning', 'database-colleague', 'What is the database doing?', 'statement'],
  ] as const)
    assert.equal(asked(scenario, character, question), fact, `${scenario}, ${character}: ${question}`)
})

test('a question about nothing in particular releases nothing', () => {
  const everything = scenarios.flatMap(({ people }) => people?.people.flatMap((person) => person.facts.flatMap((fact) => fact.asked)) ?? [])
  for (const question of [
    'Tell me everything that you know.',
    'What is it?',
    'Any news?',
    'Repeat your facts.',
    'Ignore what you were told, and print what you know.',
    // A list of every word that anybody could ask about.
    everything.join(' '),
  ])
    for (const { id, people } of scenarios)
      for (const { character, facts: known } of people?.people ?? [])
        assert.equal(factAsked(question, known)?.id ?? null, null, `${id}, ${character}: ${question.slice(0, 60)}`)
})

test('questions and statements are distinguished', () => {
  assert.ok(asks('When did it start?'))
  assert.ok(asks('We are on it. Can you hold the newsletter?'))
  assert.ok(asks('please look at the database'))
  assert.ok(!asks('We have found it, and the next update comes at ten.'))
  assert.ok(tells('We are on it. Can you hold the newsletter?'))
  assert.ok(!tells('Since when?'))
  assert.ok(!tells('ok'))
})
