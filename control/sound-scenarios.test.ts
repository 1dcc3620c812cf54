import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { loadScenario } from '../drills/scenarios.ts'
import { everyVariant } from '../drills/variants.ts'
import type { Scenario } from '../model/scenario.ts'
import { codeOf, soundScenarios } from './sound-scenarios.ts'

const root = path.join(import.meta.dirname, '..', 'scenarios')
const work = mkdtempSync(path.join(tmpdir(), 'sound-'))
after(() => rmSync(work, { recursive: true, force: true }))
const code = 'control-0123456789abcdef'
const plain = (scenario: Scenario) => ({ ...scenario, versions: undefined })

function fresh() {
  const dir = mkdtempSync(path.join(work, 'range-'))
  mkdirSync(path.join(dir, 'control'))
  return { dir, file: path.join(dir, 'control', 'sound-scenarios.json') }
}

/** A scenario's folder, and a cache that knows it to be valid. */
function known() {
  const { dir, file } = fresh()
  const folder = path.join(dir, 'slow-shelves')
  cpSync(path.join(root, 'slow-shelves'), folder, { recursive: true })
  const sound = soundScenarios(dir, code)
  sound.load(folder)
  sound.keep()
  // A marker from the file's content.
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"title":"[^"]*"/, '"title":"Remembered"'))
  const title = (by: string | null = code) => soundScenarios(dir, by).load(folder).title
  return { dir, file, folder, title }
}

test('each scenario is cached as it was read, in each of its variants', () => {
  const { dir, file } = fresh()
  const first = soundScenarios(dir, code)
  const folders = readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [path.join(root, entry.name)] : []))
  const read = folders.map((folder) => first.load(folder))
  first.keep()
  assert.equal(statSync(file).mode & 0o777, 0o600, 'it tells every answer')
  const second = soundScenarios(dir, code)
  for (const [index, folder] of folders.entries()) {
    const [scenario, again] = [read[index], second.load(folder)]
    assert.ok(scenario)
    assert.deepEqual(plain(again), plain(scenario))
    assert.deepEqual(everyVariant(again).map(plain), everyVariant(scenario).map(plain))
    assert.deepEqual(again.versions?.of({ seed: 7, variant: null }).timeline, scenario.versions?.of({ seed: 7, variant: null }).timeline)
  }
})

test('unchanged scenarios are not read again', () => {
  const { title } = known()
  assert.equal(title(), 'Remembered')
})

const changes: Record<string, (range: ReturnType<typeof known>) => void> = {
  'its scenario.yaml': ({ folder }) => append(folder, 'scenario.yaml', '\n# edited\n'),
  'its story': ({ folder }) => append(folder, 'story.md', '\nOnce more.\n'),
  'its debrief': ({ folder }) => append(folder, 'debrief.md', '\nOnce more.\n'),
  'its people, who come': ({ folder }) => cpSync(path.join(root, 'dead-till', 'people.yaml'), path.join(folder, 'people.yaml')),
  'what was remembered, which is cut off': ({ file }) => writeFileSync(file, readFileSync(file, 'utf8').slice(0, -2)),
  'what was remembered, which is gone': ({ file }) => rmSync(file),
}
const append = (folder: string, name: string, text: string) =>
  writeFileSync(path.join(folder, name), `${readFileSync(path.join(folder, name), 'utf8')}${text}`)
for (const [what, change] of Object.entries(changes))
  test(`a scenario is read again after a change of ${what}`, () => {
    const range = known()
    change(range)
    try {
      assert.notEqual(range.title(), 'Remembered')
    } catch (error) {
      // People of another scenario: it is read, and refused.
      assert.match(String(error), /people\.yaml/)
    }
  })

test('another version of the code reads it again, and so do sources, which cache nothing', () => {
  const { title } = known()
  assert.notEqual(title('control-fedcba9876543210'), 'Remembered')
  assert.notEqual(title(null), 'Remembered')
  const { dir, file } = fresh()
  const sound = soundScenarios(dir, null)
  sound.load(path.join(root, 'slow-shelves'))
  sound.keep()
  assert.ok(!existsSync(file))
  assert.equal(codeOf(path.join('/bundles', code, 'main.js')), code)
  assert.equal(codeOf('/checkout/control/main.ts'), null)
})

test('a mistake is reported each time, even if the folder was valid before', () => {
  const { dir, folder } = known()
  append(folder, 'scenario.yaml', 'limit: soon\n')
  for (let start = 0; start < 2; start++) {
    const sound = soundScenarios(dir, code)
    assert.throws(() => sound.load(folder), /scenario\.yaml/)
    sound.keep()
  }
  assert.throws(() => loadScenario(folder), /scenario\.yaml/)
})

test('if the cache cannot be written, nothing fails', () => {
  const { dir } = fresh()
  rmSync(path.join(dir, 'control'), { recursive: true })
  const sound = soundScenarios(dir, code)
  assert.equal(sound.load(path.join(root, 'slow-shelves')).id, 'slow-shelves')
  sound.keep()
})

test('a cache in another format is ignored', () => {
  for (const kept of [{ code, sound: [] }, { code, sound: { x: { title: 'Remembered' } } }, [], null]) {
    const { file, title } = known()
    writeFileSync(file, JSON.stringify(kept))
    assert.notEqual(title(), 'Remembered', JSON.stringify(kept))
  }
})
