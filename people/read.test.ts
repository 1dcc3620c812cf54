import assert from 'node:assert/strict'
import { test } from 'node:test'
import { peopleTemplate } from '../cli/people-template.ts'
import { readPeople, type Answer } from './read.ts'

/** Read for one answer. */
const read = (source: string, given: Answer | null = answer) => readPeople(source, [given])[0] ?? assert.fail()

const answer: Answer = { cause: { component: 'inventory', category: 'release', accept: [] }, limit: 20 * 60_000 }

test('a file without mistakes is read, with defaults filled in', () => {
  const { people, mistakes } = read(
    `hurt: It hurts
journeys: [checkout]
people:
  - character: support-lead
    beats:
      - id: calls
        when: { since: page, after: 1m30s }
        say: [People are calling.]
        wants: answer
        within: 2m
`,
  )
  assert.deepEqual(mistakes, [])
  assert.equal(people?.communication, 'optional')
  assert.deepEqual(people?.people[0]?.beats[0], {
    id: 'calls',
    when: { since: 'page', after: 90_000, unless: [] },
    say: ['People are calling.'],
    via: 'chat',
    wants: 'answer',
    within: 120_000,
  })
  assert.deepEqual(people?.people[0]?.facts, [])
})

test('all mistakes are reported at once, with line and what to write', () => {
  const { people, mistakes } = read(
    `hurt: It hurts
journeys: []
people:
  - character: suport-lead
    beats:
      - id: calls
        when: { after: 2 min }
        say: People are calling.
        within: 2m
        tone: angry
  - character: customer
    facts:
      - id: order
        topic: my order
        asked: [order]
        say: [I ordered.]
`,
  )
  assert.equal(people, null)
  assert.deepEqual(
    mistakes.map(({ line, at, message }) => `${line} ${at}: ${message}`),
    [
      '2 journeys: is an empty list: write at least one entry',
      "4 people.0.character: 'suport-lead' is not one of the choices: did you mean 'support-lead'? choose support-lead, head-of-sales, chief-executive, provider-engineer, database-colleague, previous-shift, next-shift, security-officer, customer",
      "7 people.0.beats.0.when.after: '2 min' is not a duration: write it as 2m",
      "8 people.0.beats.0.say: is not a list: write ['People are calling.']",
      "10 people.0.beats.0.tone: there is no 'tone' here: choose id, when, say, via, wants, within",
      '15 people.1.facts.0.asked: is an empty list: write at least 2 entries',
    ],
  )
})

test('contradictions are reported, and so are texts that give the answer away', () => {
  const { mistakes } = read(
    `hurt: It hurts
journeys: [pages]
people:
  - character: support-lead
    beats:
      - { id: a, when: { since: mitigated, unless: [mitigated] }, say: [Hello.] }
      - { id: a, when: { after: 30m }, say: [Is it the release?], within: 2m }
  - character: support-lead
    facts:
      - { id: f, topic: the inventory, asked: [the, stock], say: [The release of inventory is slow.], known: { since: page } }
      - { id: g, topic: stock, asked: [stock, shelves], say: [It is full.], notYet: I do not know. }
`,
  )
  assert.deepEqual(
    mistakes.map(({ level, line, at, message }) => `${level} ${line} ${at} ${message.split(':')[0]}`),
    [
      "error 6 people.0.beats.0.when.unless holds 'mitigated', which the beat waits for",
      "error 7 people.0.beats.1.id there is a beat 'a' already",
      'error 7 people.0.beats.1.within is how long the person waits, but nothing is wanted',
      "error 7 people.0.beats.1.when.after is past the scenario's limit, when the drill has ended",
      "warning 7 people.0.beats.1.say.0 names 'release', which is part of the answer",
      "error 8 people.1.character 'support-lead' is there already",
      "error 10 people.1.facts.0.known needs a 'notYet'",
      "error 10 people.1.facts.0.asked.0 'the' comes up in any talk",
      "warning 10 people.1.facts.0.topic names 'inventory', which is part of the answer",
      "warning 10 people.1.facts.0.say.0 is the whole answer, 'inventory' and 'release'",
      'error 11 people.1.facts.1.notYet is never said, because the fact is always known',
    ],
  )
})

test('the same people are read once for several answers, and each answer has what gives it away', () => {
  const source = `hurt: The bank is slow
journeys: [checkout]
people:
  - character: support-lead
    beats:
      - { id: a, when: { since: page, after: 3m }, say: [Is it the database?] }
`
  const answers: (Answer | null)[] = [
    { ...answer, cause: { component: 'postgres', category: 'database', accept: [] } },
    null,
    { cause: { component: 'postgres', category: 'network', accept: [] }, limit: 60_000 },
  ]
  assert.deepEqual(
    readPeople(source, answers).map(({ people, mistakes }) => [people?.hurt, mistakes.map(({ level, at }) => `${level} ${at}`)]),
    answers.map((each) => [read(source, each).people?.hurt, read(source, each).mistakes.map(({ level, at }) => `${level} ${at}`)]),
  )
  assert.deepEqual(
    readPeople(source, answers).map(({ mistakes }) => mistakes.map(({ at }) => at)),
    [['people.0.beats.0.say.0'], [], []],
  )
})

test('the template of a new file has no mistakes', () => {
  assert.deepEqual(
    read(peopleTemplate, { cause: { component: 'payments', category: 'third-party', accept: [] }, limit: 20 * 60_000 }).mistakes,
    [],
  )
})
