import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { projectRoot } from '../control/paths.ts'
import { peopleJsonSchema, scenarioJsonSchema } from './commands/scenario.ts'
import { shiftJsonSchema } from './shift-files.ts'

test('the JSON Schema that editors read is the one that scenarios are checked by', () => {
  const written: unknown = JSON.parse(readFileSync(path.join(projectRoot, 'scenarios', 'scenario.schema.json'), 'utf8'))
  assert.deepEqual(
    written,
    JSON.parse(JSON.stringify(scenarioJsonSchema())),
    "run 'firedrill scenario schema > scenarios/scenario.schema.json'",
  )
})

test('so is the one of people', () => {
  const written: unknown = JSON.parse(readFileSync(path.join(projectRoot, 'scenarios', 'people.schema.json'), 'utf8'))
  assert.deepEqual(
    written,
    JSON.parse(JSON.stringify(peopleJsonSchema())),
    "run 'firedrill scenario schema --people > scenarios/people.schema.json'",
  )
})

test('so is the one of shifts', () => {
  const written: unknown = JSON.parse(readFileSync(path.join(projectRoot, 'shifts', 'shift.schema.json'), 'utf8'))
  assert.deepEqual(written, JSON.parse(JSON.stringify(shiftJsonSchema())), "run 'firedrill shift schema > shifts/shift.schema.json'")
})
