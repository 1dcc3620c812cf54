import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { projectRoot } from '../control/paths.ts'
import { peopleJsonSchema, scenarioJsonSchema } from './commands/scenario.ts'
import { shiftJsonSchema } from './shift-files.ts'

test('the JSON Schema for editors is the one that validates scenarios', () => {
  const written: unknown = JSON.parse(readFileSync(path.join(projectRoot, 'scenarios', 'scenario.schema.json'), 'utf8'))
  assert.deepEqual(
    written,
    JSON.parse(JSON.stringify(scenarioJsonSchema())),
    "run 'firedrill scenario schema > scenarios/scenario.schema.json'",
  )
})

test('the same holds for people', () => {
  const written: unknown = JSON.parse(readFileSync(path.join(projectRoot, 'scenarios', 'people.schema.json'), 'utf8'))
  assert.deepEqual(
    written,
    JSON.parse(JSON.stringify(peopleJsonSchema())),
    "run 'firedrill scenario schema --people > scenarios/people.schema.json'",
  )
})

test('the same holds for shifts', () => {
  const written: unknown = JSON.parse(readFileSync(path.join(projectRoot, 'shifts', 'shift.schema.json'), 'utf8'))
  assert.deepEqual(written, JSON.parse(JSON.stringify(shiftJsonSchema())), "run 'firedrill shift schema > shifts/shift.schema.json'")
})
