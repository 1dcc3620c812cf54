import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { instructorSteps, traineeSteps } from './steps.ts'

test('the targets of the tour exist, with the names that it uses', () => {
  const root = path.join(import.meta.dirname, '..', '..')
  const sources = globSync('**/*.tsx', { cwd: root })
    .map((file) => readFileSync(path.join(root, file), 'utf8'))
    .join('\n')
  for (const { target, title } of [...traineeSteps, ...instructorSteps]) {
    const region = /^section\[aria-label="(.+)"\]$/.exec(target)?.[1]
    if (region) assert.match(sources, new RegExp(`<section[^>]* aria-label="${region}"`), title)
  }
  assert.match(sources, /className="hero"/)
  assert.ok(traineeSteps.length <= 7 && instructorSteps.length <= 7, 'three minutes')
})
