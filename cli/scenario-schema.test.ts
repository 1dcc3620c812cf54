import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { projectRoot } from '../control/paths.ts'
import { scenarioJsonSchema } from './commands/scenario.ts'

test('the JSON Schema that editors read is the one that scenarios are checked by', () => {
  const written: unknown = JSON.parse(readFileSync(path.join(projectRoot, 'scenarios', 'scenario.schema.json'), 'utf8'))
  assert.deepEqual(
    written,
    JSON.parse(JSON.stringify(scenarioJsonSchema())),
    "run 'firedrill scenario schema > scenarios/scenario.schema.json'",
  )
})
