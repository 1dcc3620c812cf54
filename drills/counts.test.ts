import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { countScenarios } from './counts.ts'
import { loadScenarios } from './scenarios.ts'
import { scenarioTable } from './scenario-table.ts'

const root = path.join(import.meta.dirname, '..')
const scenarios = [...loadScenarios(path.join(root, 'scenarios')).values()]

test('each scenario has its classes, and counts in each', () => {
  const counts = countScenarios(scenarios)
  assert.deepEqual(
    scenarios.filter(({ classes }) => classes.length === 0).map(({ id }) => id),
    [],
    "give 'classes' (docs/writing-scenarios.md)",
  )
  assert.equal(counts.scenarios, scenarios.length)
  assert.equal(counts.classes.kubernetes, scenarios.filter(({ classes }) => classes.includes('kubernetes')).length)
  assert.ok(counts.classes.kubernetes >= 11 && counts.classes.release >= 10 && counts.traits['nothing-is-down'] >= 5)
  const [one] = scenarios
  assert.ok(one)
  const family = (count: number) => Array.from({ length: count }, () => ({ ...one, family: 'late-pages' }))
  assert.deepEqual([countScenarios(family(2)).families, countScenarios(family(3)).families], [0, 1])
})

test('docs/scenarios.md is current, and contains no id, skill or class of a scenario', () => {
  const table = scenarioTable(scenarios)
  // Not compared by `assert`, which would print both texts completely.
  const isCurrent = readFileSync(path.join(root, 'docs', 'scenarios.md'), 'utf8') === table
  assert.ok(isCurrent, "run './firedrill scenario table > docs/scenarios.md'")
  const rows = table.split('\n').filter((line) => /^\| .* \| .* \| (beginner|intermediate|advanced) \|/.test(line))
  assert.equal(rows.length, scenarios.length)
  for (const { id, title, skills, summary } of scenarios) {
    const row = rows.find((line) => line.startsWith(`| ${title} |`)) ?? ''
    const rest = row.replace(title, '').replace(summary, '')
    for (const secret of [id, ...skills]) assert.ok(!rest.includes(secret), `${title} tells ${secret}`)
  }
})
