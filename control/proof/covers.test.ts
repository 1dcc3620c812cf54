import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { ruleGroups } from '../../observability/rules/index.ts'
import { timings } from '../../observability/timing.ts'
import { projectRoot } from '../paths.ts'
import { provenVariants, rulesOf, scopeOf } from './covers.ts'
import { differences } from './proof.ts'
import { Sources } from './source.ts'

const root = mkdtempSync(path.join(tmpdir(), 'firedrill-proof-'))
after(() => rmSync(root, { recursive: true, force: true }))
for (const folder of ['drills', 'shop', 'scenarios']) cpSync(path.join(projectRoot, folder), path.join(root, folder), { recursive: true })
const ids = ['slow-shelves', 'back-in-a-minute', 'flying-blind', 'open-end', 'full-outbox']
const covers = () => {
  const sources = new Sources(root)
  return new Map(ids.map((id) => [id, scopeOf(root, id, sources, provenVariants(root, id)[0]).covers]))
}
const before = covers()
/** Which of them become stale by an edit, and what changed; the file is restored. */
const staleBy = (file: string, from: string | RegExp, to: string): Record<string, string[]> => {
  const full = path.join(root, file)
  const text = readFileSync(full, 'utf8')
  const edited = text.replace(from, to)
  assert.notEqual(edited, text, `${file} has no ${String(from)}`)
  writeFileSync(full, edited)
  try {
    const changes = [...covers()].map(([id, now]) => [id, differences(before.get(id) ?? {}, now)] as const)
    return Object.fromEntries(changes.filter(([, each]) => each.length > 0))
  } finally {
    writeFileSync(full, text)
  }
}

test('a changed fault makes the proofs of its scenarios stale, and no others', () => {
  assert.deepEqual(staleBy('drills/faults/broker-memory-alarm.ts', 'defineFault({', 'defineFault({ ...{},'), {
    'full-outbox': ['drills/faults/broker-memory-alarm.ts has changed'],
  })
})

test('so does a file that the fault imports', () => {
  assert.deepEqual(staleBy('drills/mesh-edge.ts', /^export /m, 'void 0\nexport '), { 'open-end': ['drills/mesh-edge.ts has changed'] })
})

test('a changed release makes the proofs of scenarios with that release stale', () => {
  assert.deepEqual(staleBy('shop/inventory/releases.ts', '? 1 : 0', '? 2 : 0'), {
    'slow-shelves': ['shop/inventory/releases.ts 1.5.0 has changed'],
  })
  assert.deepEqual(staleBy('shop/inventory/releases.ts', "readsOver: 'own' }", "readsOver: 'pool' }"), {
    'back-in-a-minute': ['shop/inventory/releases.ts 1.6.0 has changed'],
  })
  // 1.6.0 is the previous release with one difference; no scenario uses a new one.
  assert.deepEqual(Object.keys(staleBy('shop/inventory/releases.ts', 'sum(available) as available', 'min(available) as available')), [
    'back-in-a-minute',
  ])
  assert.deepEqual(staleBy('shop/inventory/releases.ts', "'1.6.0': attached,", "'1.6.0': attached,\n  '1.7.0': attached,"), {})
})

test('so does a changed job that a fault starts', () => {
  assert.deepEqual(staleBy('shop/jobs/sales-report.ts', /^/, 'void 0\n'), { 'flying-blind': ['shop/jobs/sales-report.ts has changed'] })
})

test('the action of a solution and the checks count', () => {
  assert.deepEqual(staleBy('drills/actions/set-broker-memory.ts', /^/, 'void 0\n'), {
    'full-outbox': ['drills/actions/set-broker-memory.ts has changed'],
  })
  assert.deepEqual(Object.keys(staleBy('drills/checks/users-served.ts', /^/, 'void 0\n')), ids)
})

test('a scenario counts without its texts', () => {
  const file = 'scenarios/slow-shelves/scenario.yaml'
  assert.deepEqual(staleBy(file, 'within: 30s', 'within: 31s'), { 'slow-shelves': ['scenario has changed'] })
  assert.deepEqual(staleBy(file, 'You have been paged.', 'You were paged.'), {})
  assert.deepEqual(
    staleBy(file, /^skills: .*$/m, 'skills: [other]\nfamily: late-pages\nreading: { title: A title, url: https://example.com }'),
    {},
  )
  assert.deepEqual(staleBy(file, /^limit:/m, 'traits: [slow-growing]\nlimit:'), {})
  assert.deepEqual(staleBy(file, 'The previous release sends one', 'The last release sends one'), {})
  assert.deepEqual(staleBy('scenarios/slow-shelves/debrief.md', /^/, 'Well played.\n'), {})
})

test('comments and layout do not count', () => {
  assert.deepEqual(staleBy('drills/faults/broker-memory-alarm.ts', 'defineFault({', '/* so it is */\n  // and so\n  defineFault({'), {})
})

test('the page’s rule is covered, with the recording rules that it reads, directly or not', () => {
  const rules = rulesOf('BrowseLatencyBudgetBurn')
  assert.ok(rules.some((rule) => 'alert' in rule && rule.alert === 'BrowseLatencyBudgetBurn'))
  const recorded = ruleGroups(timings.drill).flatMap((group) => group.rules.flatMap((rule) => ('record' in rule ? [rule.record] : [])))
  const there = rules.map((rule) => ('record' in rule ? rule.record : ''))
  const read = rules.flatMap(({ expr }) => recorded.filter((name) => new RegExp(`(?<![\\w:])${name}(?![\\w:])`).test(expr)))
  assert.ok(read.length > 0)
  assert.deepEqual(
    read.filter((name) => !there.includes(name)),
    [],
  )
  const { covers: own } = scopeOf(projectRoot, 'slow-shelves')
  assert.match(own['alert BrowseLatencyBudgetBurn'] ?? '', /^[0-9a-f]{16}$/)
})

test('the files that the scope was read from are returned, without those that it did not need', () => {
  const { files, covers: own } = scopeOf(root, 'slow-shelves')
  for (const file of ['scenarios/slow-shelves/scenario.yaml', 'drills/faults/bad-release.ts', 'shop/inventory/releases.ts'])
    assert.ok(files.includes(file), file)
  assert.ok(!files.some((file) => file.startsWith('control/')))
  assert.deepEqual(Object.keys(own), Object.keys(own).toSorted(), 'in an order that stays')
})

test('the order of keys in a file does not count', () => {
  const file = 'scenarios/slow-shelves/scenario.yaml'
  assert.deepEqual(staleBy(file, /params: \{ (service: \S+), (version: \S+) \}/, 'params: { $2, $1 }'), {})
})

test('another time of a fault, page or solution makes a scenario stale', () => {
  const file = 'scenarios/slow-shelves/scenario.yaml'
  for (const [from, to] of [
    [/at: 3s/, 'at: 4s'],
    [/name: BrowseLatencyBudgetBurn/, 'name: CheckoutLatencyBudgetBurn'],
    [/action: roll-back/, 'action: flush-cache'],
  ] as const)
    assert.deepEqual(Object.keys(staleBy(file, from, to)), ['slow-shelves'], String(from))
})

test('each variant has a proof of its own, and a scenario without variants has one', () => {
  assert.deepEqual(provenVariants(root, 'slow-shelves'), [null])
  assert.deepEqual(provenVariants(root, 'every-fourth-page').length > 1, true)
  assert.ok(provenVariants(root, 'every-fourth-page').every((name) => typeof name === 'string'))
})

test('an alert’s texts do not count, and a missing alert has no rules', () => {
  for (const rule of rulesOf('BrowseLatencyBudgetBurn')) assert.equal(rule.annotations, undefined)
  assert.deepEqual(rulesOf('NoSuchAlert'), [])
})
