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

/** A copy of a valid scenario with one thing changed. */
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
  ['a fault that there is not', 'fault: bad-release', 'fault: worse-release', /no fault 'worse-release': did you mean bad-release/],
  [
    'a parameter of the wrong kind',
    'service: inventory, version: 1.5.0',
    'service: warehouse, version: 1.5.0',
    /'warehouse' is not one of the choices: choose gateway, catalog/,
  ],
  ['a duration that is none', 'limit: 20m', 'limit: soon', /'soon' is not a duration: write it as 90s, 5m or 1h30m/],
  ['a word that nobody knows', 'difficulty: beginner', 'difficulty: beginner\nlevel: 1', /there is no 'level' here: choose id, title/],
  ['an action that there is not', /- action: roll-back/, '- action: roll-over', /no action 'roll-over': did you mean roll-back/],
  ['pars that go back', /located:\n    par: 4m/, 'located:\n    par: 30s', /must be later than that of acknowledged/],
]
for (const [what, from, to, message] of mistakes) {
  test(`${what} is reported with its line and what was expected`, () => {
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

test('alerts and runbooks are looked up if they are known', () => {
  const vocabulary = { alerts: new Set(['Other']), tickets: new Set<string>(), runbooks: new Set<string>() }
  const { problems } = checkScenario(original, vocabulary)
  assert.ok(problems.some(({ message }) => message === "there is no alert 'BrowseLatencyBudgetBurn': choose Other"))
  assert.ok(
    problems.some(({ message, at }) => message.startsWith("there is no alert 'BrowseErrorBudgetBurn'") && at === 'alerts.expected.0.or.0'),
  )
  assert.ok(problems.some(({ message }) => message.startsWith('there is no runbook')))
})

test('a malformed scenario is reported and left out', () => {
  const folder = mkdtempSync(path.join(work, 'both-'))
  for (const name of ['slow-shelves', 'broken']) cpSync(original, path.join(folder, name), { recursive: true })
  const file = path.join(folder, 'broken', 'scenario.yaml')
  writeFileSync(file, `${readFileSync(file, 'utf8').replace('limit: 20m', 'limit: soon').replace('id: slow-shelves', 'id: broken')}`)
  const told: string[] = []
  assert.deepEqual([...loadScenarios(folder, ({ message }) => told.push(message)).keys()], ['slow-shelves'])
  assert.match(told.join(), /broken\/scenario\.yaml:6:8: limit: 'soon' is not a duration/)
  assert.throws(() => loadScenarios(folder), /broken/)
})

test('a scenario is playable if each of its faults can be injected', () => {
  const scenarios = loadScenarios(path.dirname(original))
  const playable = (lacks: RangeFeature[]) =>
    [...scenarios.values()].filter((scenario) => isPlayable(scenario, { lacks })).map(({ id }) => id)
  const onOneHost = playable(['cluster'])
  const inCluster = playable(['mesh-instances', 'cache-proxy', 'certificates', 'descriptors', 'shared-cpu'])
  const withoutMesh = playable(['mesh', 'mesh-instances', 'cache-proxy', 'certificates', 'descriptors', 'shared-cpu'])
  assert.ok(!onOneHost.includes('no-vacancy') && inCluster.includes('no-vacancy'))
  // Its partition affects one instance of a proxy: the parameter decides, not the fault.
  assert.ok(onOneHost.includes('dead-end') && !inCluster.includes('dead-end'))
  assert.ok(onOneHost.includes('flying-blind') && !inCluster.includes('flying-blind'))
  assert.ok(inCluster.includes('closed-door') && !withoutMesh.includes('closed-door'))
  assert.equal(new Set([...onOneHost, ...inCluster]).size, scenarios.size, 'each can be played somewhere')
})

test('every mistake is reported at once, at its line and column, with what to write', () => {
  const { folder } = changed(
    /limit: 20m[^]*?\nalerts:/,
    `limit: 20 minutes
timeline:
  - at: 3
    fault: http_delay
  - at: 1.5h
    fault: http-delay
    params: { from: gateway, to: inventory, delayMs: 2s, percent: 10%, jitter: 5 }
    duration: 30s
  - at: 0s
    fault: bad-release
    params: { service: inventory, version: 1.10 }
    for: 0s
alerts:`,
  )
  const file = path.join(folder, 'scenario.yaml')
  const text = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    text
      .replace('difficulty: beginner', 'difficulty: Beginner')
      .replace('component: inventory', 'component: Inventory')
      .replace(/skills: .*/, 'skills: metrics, traces'),
  )
  const told = checkScenario(folder).problems.map(({ line, column, at, message }) => `${line}:${column} ${at}: ${message}`)
  const expected = [
    /^4:13 difficulty: 'Beginner' is not one of the choices: did you mean 'beginner'\?/,
    /^5:9 skills: is not a list: write \[metrics, traces\]$/,
    /^6:8 limit: '20 minutes' is not a duration: write it as 20m$/,
    /^8:9 timeline\.0\.at: 3 has no unit: write it as 3s/,
    /^9:12 timeline\.0\.fault: there is no fault 'http_delay': did you mean http-delay\?$/,
    /^10:9 timeline\.1\.at: comes after the limit/,
    /^12:54 timeline\.1\.params\.delayMs: '2s' is a text: write the number of milliseconds, 2000$/,
    /^12:67 timeline\.1\.params\.percent: '10%' is a text: write a number without a unit and without quotes, 10$/,
    /^13:5 timeline\.1\.duration: there is no 'duration' here: choose at, fault, params, for$/,
    /^16:44 timeline\.2\.params\.version: 1\.10 is read as a number: put it in quotes, '1\.10'$/,
    /^17:10 timeline\.2\.for: takes no time/,
    /^2\d:14 cause\.component: 'Inventory' is not one of the choices: did you mean 'inventory'\?/,
  ]
  expected.forEach((message, index) => assert.match(told[index] ?? '', message, told.join('\n')))
  assert.equal(told.length, expected.length, told.join('\n'))
  assert.throws(
    () => loadScenario(folder),
    /scenario\.yaml:4:13: difficulty: .* \(and 11 more: 'firedrill scenario lint \/\S+\/slow-shelves' tells them all\)/,
  )
})

test('an empty file, or one with other bytes, is an error', () => {
  for (const [bytes, message] of [
    [Buffer.alloc(0), /:1:1: the file is empty: write a scenario/],
    [Buffer.from('- id: slow-shelves\n'), /:1:1: is a list: write keys and values \(id, title/],
    [Buffer.from('\uFEFFid: slow-shelves\n', 'utf16le'), /:1:1: this is UTF-16/],
  ] as const) {
    const { folder } = changed('limit: 20m', 'limit: 21m')
    writeFileSync(path.join(folder, 'scenario.yaml'), bytes)
    assert.throws(() => loadScenario(folder), message)
  }
  const { folder } = changed('limit: 20m', 'limit: 21m')
  writeFileSync(path.join(folder, 'story.md'), Buffer.from('Tr\xE4ge', 'latin1'))
  assert.throws(() => loadScenario(folder), /story\.md:1:3: the byte 0xE4 is not UTF-8/)
})
