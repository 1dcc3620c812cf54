import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { keepReceivers } from '../../control/wiring.ts'
import { checkScenario } from '../../drills/scenarios.ts'
import { parsePolicy } from '../../range/mesh/references.ts'
import { policies, receivers, scenarios, type Input } from './inputs.ts'

const here = import.meta.dirname
const work = mkdtempSync(path.join(os.tmpdir(), 'inputs-'))
after(() => rmSync(work, { recursive: true }))

/** The result for a file, one mistake per line; empty if it is accepted. */
type Told = (file: string) => string[]
const thrown = (read: () => void): string[] => {
  try {
    read()
    return []
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'bad-request', String(error))
    return (error as Error).message.split('\n')
  }
}

const kinds: Record<string, { inputs: Input[]; told: Told }> = {
  policies: { inputs: policies, told: (file) => thrown(() => parsePolicy(readFileSync(file, 'utf8'))) },
  receivers: { inputs: receivers, told: (file) => thrown(() => keepReceivers(work, file)).map((line) => line.replace(`${file}:`, '')) },
  scenarios: {
    inputs: scenarios,
    told: (file) => {
      const folder = path.join(work, 'slow-shelves')
      cpSync(path.join(here, '..', '..', 'scenarios', 'slow-shelves'), folder, { recursive: true })
      cpSync(file, path.join(folder, 'scenario.yaml'))
      const errors = checkScenario(folder).problems.filter(({ level }) => level === 'error')
      return errors.map(({ line, column, at, message }) => `${line}:${column}: ${at ? `${at}: ` : ''}${message}`)
    },
  },
}

for (const [kind, { inputs, told }] of Object.entries(kinds)) {
  for (const { file, source, expect } of inputs) {
    test(`${kind}: ${file} (${source})`, () => {
      const lines = told(path.join(here, kind, file))
      const expected = expect === 'taken' ? [] : expect
      assert.equal(lines.length, expected.length, lines.join('\n'))
      expected.forEach((message, index) => assert.match(lines[index] ?? '', message))
    })
  }

  test(`${kind}: each file is tested and listed, with its source`, () => {
    const readme = readFileSync(path.join(here, 'README.md'), 'utf8')
    assert.deepEqual(readdirSync(path.join(here, kind)).toSorted(), inputs.map(({ file }) => file).toSorted())
    for (const { file, source } of inputs) assert.ok(readme.includes(`| \`${file}\` | ${source} |`), `${file} is not in the README`)
  })
}
