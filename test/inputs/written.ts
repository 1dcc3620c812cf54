import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

const here = import.meta.dirname

export interface Written {
  file: string
  /** Where it was reported. */
  source: string
  /** The expected result, in the words of the README. */
  outcome: string
}

/** Each file of a kind is tested, and listed in the README with its source and the expected result. */
export function checkWritten(kind: string, inputs: readonly Written[]): void {
  const readme = readFileSync(path.join(here, 'README.md'), 'utf8')
  assert.deepEqual(readdirSync(path.join(here, kind)).toSorted(), inputs.map(({ file }) => file).toSorted())
  assert.ok(readme.includes(`\n\`${kind}/\`: `), `${kind}/ is not in the README`)
  for (const { file, source, outcome } of inputs) {
    const row = `| \`${file}\` | ${source} | ${outcome} |\n`
    assert.ok(readme.includes(row), `the README lacks ${row}`)
  }
}
