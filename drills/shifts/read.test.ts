import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { loadScenarios } from '../scenarios.ts'
import { checkShift, loadShifts } from './read.ts'

const scenarios = loadScenarios(path.join(import.meta.dirname, '..', '..', 'scenarios'))
const work = mkdtempSync(path.join(tmpdir(), 'firedrill-shifts-'))
after(() => rmSync(work, { recursive: true }))

/** Without a mistake. */
const sound = `id: ours
title: Ours
summary: An afternoon.
difficulty: beginner
limit: 30m
incidents:
  - at: 2m
    scenario: slow-shelves
    breaks: [users-served]
    urgency: now
    why: Everybody waits.
  - at: 4m
    scenario: two-truths
    breaks: [prices-current]
    urgency: soon
    why: Prices are wrong.
noise:
  - at: 15m
    fault: slow-bank
    params: { latencyMs: 2500 }
    for: 25s
    alerts: [CheckoutLatencyBudgetBurn]
    what: The bank was slow.
`
let count = 0
/** A folder with the files of a shift; null leaves a file out. */
function folderWith(files: Record<string, string | null>, name = 'ours'): string {
  const folder = path.join(work, String(count++), name)
  mkdirSync(folder, { recursive: true })
  for (const [file, text] of Object.entries({ 'shift.yaml': sound, 'brief.md': 'Read.', 'debrief.md': 'Learn.', ...files }))
    if (text !== null) writeFileSync(path.join(folder, file), text)
  return folder
}
const told = (folder: string): string[] =>
  checkShift(folder, scenarios).problems.map(
    ({ level, file, line, column, at, message }) => `${level} ${path.basename(file)}:${line}:${column}: ${at}: ${message}`,
  )
/** The shift with one change; `→` marks the reported place, and is removed. */
function changed(from: string, to: string): { text: string; place: string } {
  assert.ok(sound.includes(from), from)
  const marked = sound.replace(from, to)
  const before = marked.slice(0, marked.indexOf('→')).split('\n')
  return { text: marked.replace('→', ''), place: `${before.length}:${(before.at(-1) ?? '').length + 1}` }
}

test('a shift without a mistake is read, with its texts, and as it is played', () => {
  const { read, problems } = checkShift(folderWith({}), scenarios)
  assert.deepEqual(problems, [])
  assert.ok(read)
  assert.deepEqual(
    [read.shift.id, read.shift.limit, read.shift.brief, read.shift.debrief, read.people],
    ['ours', 1_800_000, 'Read.', 'Learn.', null],
  )
  assert.equal(read.played.incidents?.length, 2)
})

test('a scenario that is there and has mistakes is told from one that is not there', () => {
  const known = {
    get: (id: string) => (id === 'two-truths' ? undefined : scenarios.get(id)),
    has: (id: string) => scenarios.has(id),
    keys: () => scenarios.keys(),
  }
  assert.deepEqual(
    checkShift(folderWith({}), known).problems.map(({ message }) => message),
    ["'two-truths' cannot be played: 'firedrill scenario lint two-truths' says why"],
  )
})

describe('each mistake at its line and column, with what to write', () => {
  const table: [what: string, from: string, to: string, at: string, message: RegExp][] = [
    ['an id that is not that of its folder', 'id: ours', 'id: →theirs', 'id', /^must be the name of its folder, 'ours'$/],
    [
      'an unknown scenario',
      'scenario: two-truths',
      'scenario: →two-truth',
      'incidents.1.scenario',
      /^there is no scenario 'two-truth': did you mean 'two-truths'\? choose /,
    ],
    [
      'a variant of a scenario that has none',
      'scenario: two-truths',
      'scenario: two-truths\n    variant: →x',
      'incidents.1.variant',
      /^'two-truths' has no variants$/,
    ],
    [
      'an unknown variant',
      'scenario: slow-shelves',
      'scenario: stuck-checkout\n    variant: →stocks',
      'incidents.0.variant',
      /^there is no 'stocks': did you mean 'stock'\? choose stock, charges/,
    ],
    [
      'an unknown check',
      'breaks: [prices-current]',
      'breaks: [prices-current, →price-current]',
      'incidents.1.breaks.1',
      /^there is no check 'price-current': did you mean 'prices-current'\? choose users-served, /,
    ],
    [
      'the same scenario twice',
      'scenario: two-truths',
      'scenario: →slow-shelves',
      'incidents.1.scenario',
      /^'slow-shelves' is an incident of this shift already$/,
    ],
    [
      'an incident that is too late to be solved',
      'at: 4m',
      'at: →24m1s',
      'incidents.1.at',
      /^leaves less than 6m of the shift: let it begin earlier, or the shift last longer$/,
    ],
    [
      'a slow burn that begins too late to be solved',
      'at: 4m\n    scenario: two-truths',
      'at: →4m\n    scenario: one-in-ten\n    slowBurn: { for: 21m, ticket: T }',
      'incidents.1.at',
      /^leaves less than 6m of the shift/,
    ],
    [
      'a slow burn of a single step',
      'scenario: two-truths',
      'scenario: two-truths\n    slowBurn: { for: →5m, ticket: T }',
      'incidents.1.slowBurn.for',
      /^'two-truths' has one step only: nothing comes later$/,
    ],
    [
      'a parameter that the first step of a slow burn does not take',
      'scenario: two-truths',
      'scenario: one-in-ten\n    slowBurn: { for: 5m, ticket: T, params: { percents: →5 } }',
      'incidents.1.slowBurn.params.percents',
      /^the first step is canary-release, which takes no 'percents': did you mean 'percent'\?/,
    ],
    [
      'a parameter of it that is out of bounds',
      'scenario: two-truths',
      'scenario: one-in-ten\n    slowBurn: { for: 5m, ticket: T, params: { percent: →101 } }',
      'incidents.1.slowBurn.params.percent',
      /100/,
    ],
    [
      'a scenario for which a terminal is needed',
      'scenario: two-truths',
      'scenario: →best-before',
      'incidents.1.scenario',
      /^'best-before' is solved in a terminal, and a shift has to be playable where there is none$/,
    ],
    [
      'two incidents that overlap and break the same',
      'breaks: [prices-current]',
      'breaks: →[prices-current, users-served]',
      'incidents.1.breaks',
      /^'users-served' fails because of 'slow-shelves' as well, which begins less than 5m before$/,
    ],
    [
      'two incidents that overlap and page the same',
      'scenario: two-truths',
      'scenario: →fits-and-starts',
      'incidents.1.scenario',
      /^pages with 'BrowseLatencyBudgetBurn', as 'slow-shelves' does, which begins less than 5m before$/,
    ],
    [
      'an unknown fault',
      'fault: slow-bank',
      'fault: →slow-banks',
      'noise.0.fault',
      /^there is no fault 'slow-banks': did you mean 'slow-bank'\? choose noop, /,
    ],
    ['a parameter of the wrong kind', 'latencyMs: 2500', 'latencyMs: →much', 'noise.0.params.latencyMs', /expected number/],
    ['noise that outlasts the shift', 'at: 15m', 'at: →29m50s', 'noise.0.at', /^lasts until after the shift: let it begin earlier$/],
    ['noise without an end', 'for: 25s', 'for: →0s', 'noise.0.for', /^takes no time: write at least 1s$/],
    ['a time without a unit', 'limit: 30m', 'limit: →30', 'limit', /^30 has no unit: write it as 30s, if seconds are meant$/],
    [
      'an urgency that there is not',
      'urgency: soon',
      'urgency: →later on',
      'incidents.1.urgency',
      /^'later on' is not one of the choices: .*choose now, soon, later$/,
    ],
    [
      'an incident that breaks nothing',
      'breaks: [prices-current]',
      'breaks: →[]',
      'incidents.1.breaks',
      /^is an empty list: write at least one entry$/,
    ],
    [
      'a key that there is not',
      'urgency: soon',
      '→urgencie: soon\n    urgency: soon',
      'incidents.1.urgencie',
      /^there is no 'urgencie' here: did you mean 'urgency'\?/,
    ],
    ['what is no YAML', 'title: Ours', 'title: →"Ours', '', /./],
  ]
  for (const [what, from, to, at, message] of table)
    test(what, () => {
      const { text, place } = changed(from, to)
      const [first = '', ...others] = told(folderWith({ 'shift.yaml': text }))
      const start = at === '' ? 'error shift.yaml:' : `error shift.yaml:${place}: ${at}: `
      assert.ok(first.startsWith(start), `${first} does not begin with ${start}`)
      assert.match(first.slice(start.length), message)
      if (at !== '') assert.deepEqual(others, [])
    })

  test('a single incident', () => {
    const [first] = told(folderWith({ 'shift.yaml': sound.replace(/ {2}- at: 4m[^]*?(?=noise)/, '') }))
    assert.equal(first, 'error shift.yaml:7:3: incidents: is an empty list: write at least 2 entries')
  })

  test('all of them together', () => {
    const text = sound.replace('id: ours', 'id: theirs').replace('breaks: [users-served]', 'breaks: [x]').replace('at: 15m', 'at: 30m')
    assert.deepEqual(
      told(folderWith({ 'shift.yaml': text })).map((line) => line.split(': ')[1]),
      ['id', 'incidents.0.breaks.0', 'noise.0.at'],
    )
  })
})

describe('incidents that may overlap', () => {
  test('with at least five minutes between them, they may break and page the same', () => {
    const text = sound.replace('at: 4m', 'at: 7m').replace('two-truths', 'fits-and-starts').replace('[prices-current]', '[users-served]')
    assert.deepEqual(told(folderWith({ 'shift.yaml': text })), [])
  })
  test('whichever is first in the file', () => {
    const text = sound.replace('at: 2m', 'at: 6m').replace('[prices-current]', '[users-served]')
    assert.deepEqual(told(folderWith({ 'shift.yaml': text })), [
      "error shift.yaml:9:13: incidents.0.breaks: 'users-served' fails because of 'two-truths' as well, which begins less than 5m before",
    ])
  })
})

test('a slow burn may overlap from its first step on', () => {
  const text = (scenario: string, at: string) =>
    sound
      .replace('at: 4m', `at: ${at}`)
      .replace('two-truths', `${scenario}\n    slowBurn: { for: 6m, ticket: T }`)
      .replace('[prices-current]', '[users-served]')
  assert.deepEqual(told(folderWith({ 'shift.yaml': text('one-in-ten', '4m') })), [
    "error shift.yaml:15:13: incidents.1.breaks: 'users-served' fails because of 'slow-shelves' as well, which begins less than 5m before it burns, or later",
  ])
  assert.deepEqual(told(folderWith({ 'shift.yaml': text('one-in-ten', '7m') })), [])
})

describe('the files of a shift', () => {
  for (const name of ['shift.yaml', 'brief.md', 'debrief.md'])
    test(`without ${name}`, () =>
      assert.deepEqual(told(folderWith({ [name]: null })), [
        `error ${name}:1:1: : is missing: a shift has shift.yaml, brief.md and debrief.md`,
      ]))
  test('a folder that is not there', () => assert.equal(told(path.join(work, 'nowhere')).length, 3))
  test('a shift by the name of a scenario', () => {
    const folder = folderWith({ 'shift.yaml': sound.replace('id: ours', 'id: slow-shelves') }, 'slow-shelves')
    assert.deepEqual(told(folder), ["error shift.yaml:1:5: id: there is a scenario 'slow-shelves': choose another id"])
  })
  test('mistakes of people.yaml are told with the rest', () => {
    const [first = ''] = told(folderWith({ 'people.yaml': 'people:\n  - character: nobody\n' }))
    assert.match(first, /^error people\.yaml:\d+:\d+: /)
  })
  test('people are those of the shift', () => {
    const people = `communication: optional
hurt: Browsing is slow
journeys: [browse]
people:
  - character: support-lead
    beats:
      - id: asks
        when: { since: page, after: 1m }
        say: [Customers are asking. What can I tell them?]
`
    const { read, problems } = checkShift(folderWith({ 'people.yaml': people }), scenarios)
    assert.deepEqual(problems, [])
    assert.deepEqual([read?.people?.people.map(({ character }) => character), read?.played.people], [['support-lead'], read?.people])
  })
})

test('every shift of a folder, without those that have a mistake, which is reported', () => {
  const folder = path.dirname(folderWith({}))
  mkdirSync(path.join(folder, 'broken'))
  writeFileSync(path.join(folder, 'shift.schema.json'), '{}')
  const mistakes: string[] = []
  const shifts = loadShifts(folder, scenarios, ({ message }) => void mistakes.push(message))
  assert.deepEqual([...shifts.keys()], ['ours'])
  assert.equal(mistakes.length, 1)
  assert.match(mistakes[0] ?? '', /broken.shift\.yaml:1:1: is missing/)
  assert.throws(() => loadShifts(folder, scenarios), { code: 'bad-request', message: /is missing/ })
  assert.deepEqual([...loadShifts(path.join(work, 'nowhere'), scenarios).keys()], [])
})

test('a slow burn is a ticket, and a page is not one', () => {
  const vocabulary = { alerts: new Set(['Pages', 'Waits', 'CheckoutLatencyBudgetBurn']), tickets: new Set(['Waits']) }
  const problems = (ticket: string) => {
    const text = sound
      .replace('two-truths', `one-in-ten\n    slowBurn: { for: 5m, ticket: ${ticket} }`)
      .replace('[prices-current]', '[users-served]')
      .replace('at: 4m', 'at: 12m')
    return checkShift(folderWith({ 'shift.yaml': text }), scenarios, vocabulary).problems.map(({ at, message }) => `${at}: ${message}`)
  }
  assert.deepEqual(problems('Waits'), [])
  assert.deepEqual(problems('Pages'), ["incidents.1.slowBurn.ticket: 'Pages' is not a ticket: choose Waits"])
  assert.deepEqual(problems('Wait'), ["incidents.1.slowBurn.ticket: there is no alert 'Wait': did you mean 'Waits'? choose Waits"])
})
