import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import type { DrillState } from '../model/drill.ts'
import { checkPath, loadPaths, pathViews } from './paths.ts'
import { loadScenarios } from './scenarios.ts'

const root = path.join(import.meta.dirname, '..')
const folder = path.join(root, 'paths')
const scenarios = loadScenarios(path.join(root, 'scenarios'))
const paths = loadPaths(folder)
const work = mkdtempSync(path.join(tmpdir(), 'paths-'))
after(() => rmSync(work, { recursive: true, force: true }))

test('there are at least seven paths, and all their scenarios exist', () => {
  const files = readdirSync(folder)
  assert.ok(files.length >= 7)
  for (const file of files) assert.deepEqual(checkPath(path.join(folder, file), scenarios).problems, [], file)
})

const mistakes: [what: string, from: string | RegExp, to: string, message: RegExp][] = [
  [
    'a scenario that there is not',
    'scenario: stuck-checkout',
    'scenario: stuck-chekout',
    /no scenario 'stuck-chekout': did you mean 'stuck-checkout'/,
  ],
  ['a step twice', 'scenario: stuck-checkout', 'scenario: slow-shelves', /'slow-shelves' is a step already/],
  ['a reason that names the cause', /why: 'Count the/, "why: 'It is inventory. Count the", /names the cause, 'inventory'/],
  ['another name than that of its file', 'id: databases', 'id: stores', /must be the name of its file, 'databases'/],
  ['an address that is none', 'https://sre', 'sre', /https/],
]
for (const [what, from, to, message] of mistakes)
  test(`${what} is reported with its line`, () => {
    const text = readFileSync(path.join(folder, 'databases.yaml'), 'utf8')
    const changed = text.replace(from, to)
    assert.notEqual(changed, text)
    const file = path.join(work, 'databases.yaml')
    writeFileSync(file, changed)
    const { path: found, problems } = checkPath(file, scenarios)
    assert.equal(found, null)
    assert.equal(problems.length, 1, JSON.stringify(problems))
    assert.match(problems[0]?.message ?? '', message)
    const line = changed.split('\n').findIndex((each, index) => each !== text.split('\n')[index]) + 1
    assert.equal(problems[0]?.line, line)
  })

// Safe: only these fields of a drill are read.
const drill = (scenario: string, startedAt: number, outcome = 'resolved') => ({ scenario, startedAt, outcome }) as unknown as DrillState
const recommended = (drills: DrillState[], playable = (_id: string) => true) =>
  pathViews(paths, scenarios, drills, ({ id }) => playable(id)).find((view) => view.recommended)

test('a new trainee begins with the path for the first week on call, at its first step', () => {
  const view = recommended([])
  assert.deepEqual([view?.id, view?.next], ['first-week-on-call', 'slow-shelves'])
})

test('the latest path continues after the scenarios that were resolved and those that cannot be played here', () => {
  const view = recommended([drill('slow-shelves', 1), drill('silent-warehouse', 5)])
  assert.deepEqual([view?.id, view?.next], ['queues', 'full-outbox'])
  assert.equal(recommended([drill('silent-warehouse', 5)], (id) => id !== 'full-outbox')?.next, 'catching-up')
  assert.equal(recommended([drill('silent-warehouse', 5, 'given-up')])?.next, 'silent-warehouse')
})

test('a completed path is not recommended again', () => {
  const steps = paths.find(({ id }) => id === 'queues')?.steps ?? []
  const done = steps.map(({ scenario }, index) => drill(scenario, index + 1))
  const views = pathViews(paths, scenarios, done, () => true)
  const queues = views.find(({ id }) => id === 'queues')
  assert.deepEqual([queues?.next, queues?.recommended], [null, false])
  assert.equal(views.filter((view) => view.recommended).length, 1)
})
