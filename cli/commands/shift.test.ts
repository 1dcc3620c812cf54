import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { projectRoot } from '../../control/paths.ts'
import { loadScenarios } from '../../drills/scenarios.ts'
import { checkShift } from '../../drills/shifts/read.ts'
import { run } from '../../test/loaded-modules.ts'
import { shiftTemplate } from '../shift-template.ts'
import { scenarioVocabulary } from './scenario.ts'

const work = mkdtempSync(path.join(tmpdir(), 'firedrill-shift-'))
after(() => rmSync(work, { recursive: true }))

const folder = path.join(work, 'quiet-sunday')
cpSync(path.join(projectRoot, 'shifts', 'quiet-sunday'), folder, { recursive: true })
const file = path.join(folder, 'shift.yaml')
const good = readFileSync(file, 'utf8')

const shift = (...args: string[]) => run('cli/main.ts', ['shift', ...args])

test('shift new: it creates a valid shift', () => {
  const begun = path.join(work, 'begun')
  mkdirSync(begun)
  for (const [name, text] of Object.entries(shiftTemplate('begun', { withPeople: false }))) writeFileSync(path.join(begun, name), text)
  const scenarios = loadScenarios(path.join(projectRoot, 'scenarios'))
  const { read, problems } = checkShift(begun, scenarios, scenarioVocabulary())
  assert.deepEqual(problems, [])
  assert.deepEqual([read?.shift.title, read?.people], ['Begun', null])
  for (const [name, text] of Object.entries(shiftTemplate('begun', { withPeople: true }))) writeFileSync(path.join(begun, name), text)
  const withPeople = checkShift(begun, scenarios, scenarioVocabulary())
  assert.deepEqual(withPeople.problems, [])
  const all = withPeople.read?.people?.people ?? []
  assert.deepEqual(
    all.map(({ character }) => character),
    ['provider-engineer', 'support-lead', 'next-shift'],
  )
  assert.ok(
    all.some(({ beats }) => beats.some(({ wants }) => wants === 'handover')),
    'the note for the next shift is asked for',
  )
})

test('shift new: an invalid id, one of a scenario, and one that is taken', async () => {
  for (const [id, why] of [
    ['Two Words', /'Two Words' is not a valid id: write lower-case words joined by hyphens/],
    ['slow-shelves', /there is a scenario 'slow-shelves': choose another id/],
    ['quiet-sunday', /quiet-sunday exists already/],
  ] as const) {
    const { status, stderr } = await shift('new', id, '--with-people')
    assert.equal(status, 1, id)
    assert.match(stderr, why)
  }
})

test('shift lint: a shift without a mistake, by its folder or its file', async () => {
  for (const given of [folder, file]) {
    const { status, stdout } = await shift('lint', given)
    assert.equal(stdout, '1 shift, no problems found\n', given)
    assert.equal(status, 0)
  }
})

test('shift lint: every mistake with file, line and column, and an exit code for scripts', async () => {
  const lines = good.split('\n')
  const at = (text: string) => lines.findIndex((line) => line.includes(text)) + 1
  writeFileSync(file, good.replace('scenario: slow-shelves', 'scenario: slow-shelfs').replace('fault: slow-bank', 'fault: slow-banks'))
  const { status, stdout, stderr } = await shift('lint', folder)
  const shown = path.relative(process.cwd(), file)
  assert.equal(status, 1)
  assert.equal(stderr, '')
  const told = stdout.trim().split('\n')
  const [scenario = '', fault = ''] = told
  assert.equal(told.length, 2)
  assert.ok(
    scenario.startsWith(
      `error ${shown}:${at('scenario: slow-shelves')}:15: incidents.0.scenario: there is no scenario 'slow-shelfs': did you mean 'slow-shelves'?`,
    ),
    scenario,
  )
  assert.ok(
    fault.startsWith(
      `error ${shown}:${at('fault: slow-bank')}:12: noise.0.fault: there is no fault 'slow-banks': did you mean 'slow-bank'?`,
    ),
    fault,
  )
  const json = await shift('lint', folder, '--json')
  assert.equal(json.status, 1)
  const { ok, problems } = JSON.parse(json.stdout) as { ok: boolean; problems: { at: string }[] }
  assert.deepEqual([ok, problems.map(({ at: where }) => where)], [false, ['incidents.0.scenario', 'noise.0.fault']])
})

test('shift lint: an unknown shift', async () => {
  const { status, stdout } = await shift('lint', 'loud-sunday')
  assert.equal(status, 1)
  assert.match(stdout, /^error .*\bloud-sunday.*: is missing: a shift has shift\.yaml, brief\.md and debrief\.md/)
})

test('shift preview: the brief, the timeline, the incidents and the noise', async () => {
  const { status, stdout } = await shift('preview', 'quiet-sunday')
  assert.equal(status, 0)
  for (const part of [
    /^A quiet Sunday beginner · 30 min/,
    /It is Sunday, 1 pm/,
    /1:30 +0:25 +noise +slow-bank/,
    /5:03 +incident 1 +bad-release/,
    /incident 2 14:00 two-truths Two truths\n +pages +PricesOutdated\n +breaks +prices-current\n +urgency soon: Nobody waits/,
    /noise 11:00 for 1:30 lying-rule may page: CheckoutTraffic\*/,
  ])
    assert.match(stdout, part)
  const json = await shift('preview', 'release-day', '--json')
  const { incidents, timeline } = JSON.parse(json.stdout) as { incidents: { scenario: string }[]; timeline: { of: number | null }[] }
  assert.deepEqual(
    incidents.map(({ scenario }) => scenario),
    ['silent-warehouse', 'one-in-ten', 'two-truths', 'big-baskets'],
  )
  assert.deepEqual([...new Set(timeline.map(({ of }) => of))].toSorted(), [1, 2, 3, 4, null])
})

test('shift preview: an unknown shift', async () => {
  const { status, stderr } = await shift('preview', 'loud-sunday')
  assert.equal(status, 1)
  assert.match(stderr, /is missing: a shift has shift\.yaml/)
})
