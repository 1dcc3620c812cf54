import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { holdsFor, mutated } from '../test/fuzz.ts'
import { checkScenario, loadScenario } from './scenarios.ts'

const scenarios = path.join(import.meta.dirname, '..', 'scenarios')
const folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'scenarios-')), 'slow-shelves')
after(() => rmSync(path.dirname(folder), { recursive: true }))
cpSync(path.join(scenarios, 'slow-shelves'), folder, { recursive: true })
const file = path.join(folder, 'scenario.yaml')
const texts = ['slow-shelves', 'stuck-checkout', 'flying-blind'].map((id) =>
  readFileSync(path.join(scenarios, id, 'scenario.yaml'), 'utf8').replace(/^id: .*$/m, 'id: slow-shelves'),
)
const vocabulary = { alerts: new Set<string>(), tickets: new Set<string>(), runbooks: new Set<string>() }

/** For any content: no exception, and each problem at an existing line and column. A scenario without an error can be loaded. */
function check(bytes: Buffer): void {
  writeFileSync(file, bytes)
  const { scenario, problems } = checkScenario(folder, vocabulary)
  const lines = bytes.toString('utf8').split('\n').length
  for (const { line, column, message } of problems) {
    assert.ok(line >= 1 && line <= lines && column >= 1, `${line}:${column} of ${lines} lines: ${message}`)
    assert.ok(message.length > 0 && !/undefined|\[object/.test(message), message)
  }
  const errors = problems.filter(({ level }) => level === 'error')
  if (scenario && errors.every(({ at }) => /^(alerts|runbooks)/.test(at))) assert.equal(loadScenario(folder).id, 'slow-shelves')
  if (!scenario) assert.ok(errors.length > 0, 'refused without a word')
}

test('a scenario with random changes is read, or refused with lines', (context) =>
  holdsFor(context, [mutated(texts)], (text) => check(Buffer.from(text))))

test('any bytes are read, or refused with lines', (context) =>
  holdsFor(context, [fc.uint8Array({ maxLength: 200 })], (bytes) => check(Buffer.from(bytes))))
