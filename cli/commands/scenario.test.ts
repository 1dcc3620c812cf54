import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { loadScenario } from '../../drills/scenarios.ts'
import { run } from '../../test/loaded-modules.ts'
import { template } from './scenario.ts'

const work = mkdtempSync(path.join(tmpdir(), 'firedrill-lint-'))
after(() => rmSync(work, { recursive: true }))

const folder = path.join(work, 'slow-shelves')
cpSync(path.join(import.meta.dirname, '..', '..', 'scenarios', 'slow-shelves'), folder, { recursive: true })
const file = path.join(folder, 'scenario.yaml')
const good = readFileSync(file, 'utf8')

test('scenario new: it creates a valid scenario with its class', () => {
  const begun = path.join(work, 'begun')
  mkdirSync(begun)
  for (const [name, text] of Object.entries(template('begun'))) writeFileSync(path.join(begun, name), text)
  assert.ok(loadScenario(begun).classes.length > 0)
})

const lint = (...args: string[]) => run('cli/main.ts', ['scenario', 'lint', ...args])

test('scenario lint: a scenario without a mistake, by its folder or its file', async () => {
  for (const given of [folder, file]) {
    const { status, stdout } = await lint(given)
    assert.equal(stdout, '1 scenario, no problems found\n', given)
    assert.equal(status, 0)
  }
})

test('scenario lint: every mistake with file, line and column, and an exit code for scripts', async () => {
  const lines = good.split('\n')
  const at = (text: string) => lines.findIndex((line) => line.includes(text)) + 1
  writeFileSync(file, good.replace('limit: 20m', 'limit: 20').replace('fault: bad-release', 'fault: bad-releases'))
  const { status, stdout, stderr } = await lint(folder)
  const shown = path.relative(process.cwd(), file)
  assert.equal(status, 1)
  assert.equal(stderr, '')
  assert.deepEqual(stdout.trim().split('\n'), [
    `error ${shown}:${at('limit:')}:8: limit: 20 has no unit: write it as 20s, if seconds are meant`,
    `error ${shown}:${at('fault:')}:12: timeline.0.fault: there is no fault 'bad-releases': did you mean bad-release?`,
  ])
  const json = await lint(folder, '--json')
  assert.equal(json.status, 1)
  const { ok, problems } = JSON.parse(json.stdout) as { ok: boolean; problems: { line: number; at: string }[] }
  assert.equal(ok, false)
  assert.deepEqual(
    problems.map(({ line, at: where }) => [line, where]),
    [
      [at('limit:'), 'limit'],
      [at('fault:'), 'timeline.0.fault'],
    ],
  )
})

test('scenario lint: an unknown scenario', async () => {
  const { status, stdout } = await lint('slow-shelf')
  assert.equal(status, 1)
  assert.match(stdout, /^error .*\bslow-shelf.*: is missing: a scenario has scenario\.yaml, story\.md and debrief\.md/)
})

test('scenario preview: the first variant, another one by its name, and an unknown one', async () => {
  const preview = (...args: string[]) => run('cli/main.ts', ['scenario', 'preview', 'open-end', ...args])
  const [first, other, unknown] = await Promise.all([preview(), preview('--variant', 'both', '--json'), preview('--variant', 'none')])
  assert.match(first?.stdout ?? '', /^variant stock of stock, products, both\nOpen end /)
  const { timeline } = JSON.parse(other?.stdout ?? '') as { timeline: { params: { to?: string } }[] }
  assert.deepEqual(
    timeline.map(({ params: { to } }) => to),
    [undefined, 'inventory', 'catalog'],
  )
  assert.equal(unknown?.status, 1)
  assert.match(unknown?.stderr ?? '', /'open-end' has no variant 'none': choose stock, products, both/)
})
