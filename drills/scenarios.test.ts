import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import type { RangeFeature } from '../model/range.ts'
import { checkScenario, isPlayable, loadScenario, loadScenarios } from './scenarios.ts'

const original = path.join(import.meta.dirname, '..', 'scenarios', 'slow-shelves')
const work = mkdtempSync(path.join(os.tmpdir(), 'scenarios-'))
after(() => rmSync(work, { recursive: true }))

/** A copy of a good scenario with one thing changed. */
function changed(from: string | RegExp, to: string): { folder: string; line: number } {
  const folder = path.join(work, 'slow-shelves')
  rmSync(folder, { recursive: true, force: true })
  cpSync(original, folder, { recursive: true })
  const file = path.join(folder, 'scenario.yaml')
  const text = readFileSync(file, 'utf8')
  const next = text.replace(from, to)
  assert.notEqual(next, text, 'the change must change something')
  writeFileSync(file, next)
  const lines = next.split('\n')
  const line = lines.findIndex((other, index) => other !== text.split('\n')[index]) + 1
  return { folder, line }
}

const mistakes: [what: string, from: string | RegExp, to: string, message: RegExp][] = [
  ['a fault that there is not', 'fault: bad-release', 'fault: worse-release', /no fault 'worse-release'; did you mean bad-release/],
  ['a parameter of the wrong kind', 'service: inventory, version: 1.5.0', 'service: warehouse, version: 1.5.0', /Invalid option/],
  ['a duration that is none', 'limit: 20m', 'limit: soon', /'soon' is not a duration: write it as 90s, 5m or 1h30m/],
  ['a word that nobody knows', 'difficulty: beginner', 'difficulty: beginner\nlevel: 1', /Unrecognized key: "level"/],
  ['an action that there is not', /- action: roll-back/, '- action: roll-over', /no action 'roll-over'; did you mean roll-back/],
  ['pars that go back', /located:\n    par: 4m/, 'located:\n    par: 30s', /must be later than that of acknowledged/],
]
for (const [what, from, to, message] of mistakes) {
  test(`${what} is told with its line and what was expected`, () => {
    const { folder, line } = changed(from, to)
    const { problems } = checkScenario(folder)
    const errors = problems.filter(({ level }) => level === 'error')
    assert.equal(errors.length, 1, JSON.stringify(errors))
    assert.match(errors[0]?.message ?? '', message)
    assert.ok(Math.abs((errors[0]?.line ?? 0) - line) <= 1, `line ${errors[0]?.line}, changed was ${line}`)
    assert.throws(() => loadScenario(folder), message)
  })
}

test('a summary or a first hint that names the cause is a warning', () => {
  const { folder } = changed(/^summary: .*$/m, 'summary: The inventory is slow.')
  const { problems } = checkScenario(folder)
  assert.deepEqual(
    problems.map(({ level, at }) => [level, at]),
    [['warning', 'summary']],
  )
})

test('alerts and runbooks are looked up where they are known', () => {
  const vocabulary = { alerts: new Set(['Other']), runbooks: new Set<string>() }
  const { problems } = checkScenario(original, vocabulary)
  assert.ok(problems.some(({ message }) => message === "there is no alert 'BrowseLatencyBudgetBurn'"))
  assert.ok(problems.some(({ message }) => message.startsWith('there is no runbook')))
})

test('one that is malformed is told, and left out', () => {
  const folder = mkdtempSync(path.join(work, 'both-'))
  for (const name of ['slow-shelves', 'broken']) cpSync(original, path.join(folder, name), { recursive: true })
  const file = path.join(folder, 'broken', 'scenario.yaml')
  writeFileSync(file, `${readFileSync(file, 'utf8').replace('limit: 20m', 'limit: soon')}`)
  const told: string[] = []
  assert.deepEqual([...loadScenarios(folder, ({ message }) => told.push(message)).keys()], ['slow-shelves'])
  assert.match(told.join(), /broken\/scenario\.yaml:6: limit: 'soon' is not a duration/)
  assert.throws(() => loadScenarios(folder), /broken/)
})

test('a scenario is playable where everything can be broken that it breaks', () => {
  const scenarios = loadScenarios(path.dirname(original))
  const playable = (lacks: RangeFeature[]) =>
    [...scenarios.values()].filter((scenario) => isPlayable(scenario, { lacks })).map(({ id }) => id)
  const onOneHost = playable(['cluster'])
  const inCluster = playable(['mesh-instances', 'cache-proxy', 'certificates', 'descriptors', 'shared-cpu'])
  const withoutMesh = playable(['mesh', 'mesh-instances', 'cache-proxy', 'certificates', 'descriptors', 'shared-cpu'])
  assert.ok(!onOneHost.includes('no-vacancy') && inCluster.includes('no-vacancy'))
  // Its partition is of one instance of a proxy: the parameter decides, not the fault.
  assert.ok(onOneHost.includes('dead-end') && !inCluster.includes('dead-end'))
  assert.ok(onOneHost.includes('flying-blind') && !inCluster.includes('flying-blind'))
  assert.ok(inCluster.includes('closed-door') && !withoutMesh.includes('closed-door'))
  assert.equal(new Set([...onOneHost, ...inCluster]).size, scenarios.size, 'each can be played somewhere')
})
