import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { projectRoot } from '../control/paths.ts'
import { actions } from '../drills/actions/registry.ts'
import { checks } from '../drills/checks/registry.ts'
import { loadScenarios } from '../drills/scenarios.ts'
import { ruleGroups } from '../observability/rules/index.ts'
import { timings } from '../observability/timing.ts'
import { secretsOf, tells } from './secrets.ts'

const scenarios = [...loadScenarios(path.join(projectRoot, 'scenarios')).values()]

test('a longer word does not count, and preceding text does not hide it', () => {
  assert.equal(tells('https://example.org/avoiding-queue-backlogs/', 'queue-backlog'), false)
  assert.equal(tells('avoiding-queue-backlogs, by queue-backlog', 'queue-backlog'), true)
  assert.equal(tells('the-queue-backlog-1', 'queue-backlog'), true)
  assert.equal(tells('Restart it.', 'Restart it.'), true)
  assert.equal(tells('Restart it.Now', 'Restart it.'), true)
})

// The part of a drill's sweep on a range (test/acceptance/spoilers.ts) that is the same in every range.
test('texts for every trainee reveal the answer of no scenario', () => {
  const texts: [string, string][] = [
    ...['paths/*.yaml', 'scenarios/*/story.md', 'docs/runbooks/*.md', 'people/characters/*.ts', 'docs/scenarios.md'].flatMap((pattern) =>
      globSync(pattern, { cwd: projectRoot }).map((file): [string, string] => [file, readFileSync(path.join(projectRoot, file), 'utf8')]),
    ),
    ...scenarios.map(({ id, title, summary, skills }): [string, string] => [`the head of ${id}`, [title, summary, ...skills].join('\n')]),
    ...actions.map(({ id, title, description }): [string, string] => [`the action ${id}`, `${title}\n${description}`]),
    ...checks.map(({ id, title }): [string, string] => [`the check ${id}`, title]),
    ['the rules of Prometheus', JSON.stringify(ruleGroups(timings.drill))],
  ]
  assert.ok(texts.length > 100)
  const told = scenarios.flatMap((plan) =>
    secretsOf(plan).flatMap((secret) =>
      texts.flatMap(([where, text]) => (tells(text, secret) ? [`${plan.id}: told by ${where}: ${secret}`] : [])),
    ),
  )
  assert.deepEqual(told, [])
})
