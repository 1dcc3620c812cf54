import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { isPlayable, loadScenarios } from '../../drills/scenarios.ts'
import { projectRoot } from '../paths.ts'
import { pageBoundSeconds, recoveryDeadlineMs, tenths, type Verification } from '../verify.ts'
import { everyVariant } from '../../drills/variants.ts'
import { provenVariants, scopeOf } from './covers.ts'
import { changedSince, proofFile, proofOf, readProof, runOf, staleness, upToDate, withVariant, writeProof } from './proof.ts'
import { Sources } from './source.ts'

const scenarios = loadScenarios(path.join(projectRoot, 'scenarios'))

describe('a proof', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'firedrill-proof-'))
  after(() => rmSync(root, { recursive: true, force: true }))
  for (const folder of ['drills', 'shop', 'scenarios']) cpSync(path.join(projectRoot, folder), path.join(root, folder), { recursive: true })

  test('files that were edited after the range had started are reported', () => {
    const scope = scopeOf(root, 'slow-shelves')
    const file = 'drills/faults/bad-release.ts'
    const startedAt = Math.max(...scope.files.map((each) => statSync(path.join(root, each)).mtimeMs))
    assert.deepEqual(changedSince(root, scope, startedAt), [])
    utimesSync(path.join(root, file), new Date(), new Date(startedAt + 2_000))
    assert.deepEqual(changedSince(root, scope, startedAt), [file])
  })

  test('is read as it was written, and is valid until something changes', () => {
    const id = 'slow-shelves'
    const verified = {
      ok: true,
      secondsToPage: 9,
      pageBoundSeconds: 45,
      patience: 1.5,
      secondsToHealthy: 4,
      tookSeconds: 40,
    } as Verification
    const scope = scopeOf(root, id)
    assert.equal(proofOf(scope.covers, 'local', [verified, { ...verified, ok: false }], new Date()), null)
    const proof = proofOf(scope.covers, 'local', [verified, { ...verified, secondsToPage: 12 }], new Date())
    assert.ok(proof)
    assert.deepEqual([proof.times, proof.patience, proof.seconds.toPage, proof.seconds.pageBound], [2, 1.5, 12, 30])
    rmSync(proofFile(root, id), { force: true })
    assert.deepEqual(staleness(root, id), ['it has no proof'])
    writeProof(root, id, proof)
    assert.deepEqual(readProof(root, id), proof)
    assert.deepEqual(staleness(root, id), [])
    writeFileSync(proofFile(root, id), '<<<<<<<')
    assert.deepEqual(staleness(root, id), ['its proof cannot be read'])
  })
})

describe('the proof of a scenario with variants', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'firedrill-variants-'))
  after(() => rmSync(root, { recursive: true, force: true }))
  for (const folder of ['drills', 'shop', 'scenarios']) cpSync(path.join(projectRoot, folder), path.join(root, folder), { recursive: true })
  const id = 'slow-shelves'
  const file = path.join(root, 'scenarios', id, 'scenario.yaml')
  const before = scopeOf(root, id).covers
  const written = readFileSync(file, 'utf8')
    .replace('service: inventory, version: 1.5.0', "service: inventory, version: '${version}'")
    .replace(/at: 3s/, 'at: ${pause}')
    .replace('You have been paged.', '${greeting}, you have been paged.')
  const variants = `draws: { pause: [3s, 5s], greeting: [Hello, Good morning] }
variants:
  - { name: first, set: { version: 1.5.0 } }
  - { name: second, set: { version: 1.6.0 } }
`
  const verified = { ok: true, secondsToPage: 9, pageBoundSeconds: 45, patience: 1, secondsToHealthy: 4, tookSeconds: 40 } as Verification
  const prove = (variant: string) => {
    const proof = proofOf(scopeOf(root, id, undefined, variant).covers, 'local', [verified], new Date())
    assert.ok(proof)
    const known = readProof(root, id)
    writeProof(root, id, withVariant(known, variant, proof, upToDate(root, id, known)))
  }

  test('each variant is proven separately, and only what is played in it counts', () => {
    writeFileSync(file, `${written}${variants}`)
    assert.deepEqual(staleness(root, id), ['variant first: it has no proof', 'variant second: it has no proof'])
    prove('first')
    assert.deepEqual(staleness(root, id), ['variant second: it has no proof'])
    prove('second')
    assert.deepEqual(staleness(root, id), [])
    const proof = readProof(root, id)
    assert.ok(proof && runOf(proof, 'second')?.covers['shop/inventory/releases.ts 1.6.0'])
    writeFileSync(file, `${written}${variants.replace('Good morning', 'Good evening')}`)
    assert.deepEqual(staleness(root, id), [])
    writeFileSync(file, `${written}${variants.replace('5s]', '6s]')}`)
    assert.deepEqual(staleness(root, id), ['variant first: scenario has changed', 'variant second: scenario has changed'])
    writeFileSync(file, `${written}${variants.replace('second, set: { version: 1.6.0', 'second, set: { version: 1.5.0')}`)
    assert.deepEqual(
      staleness(root, id).map((why) => why.split(':')[0]),
      ['variant second', 'variant second', 'variant second'],
    )
  })

  test('a proof from before the scenario had variants is valid for the variant that plays the same', () => {
    const [first, second] = ['first', 'second'] as const
    const played = written.replace('at: ${pause}', 'at: 3s')
    writeFileSync(file, played.replace("'${version}'", '1.5.0').replace('${greeting}', 'Hello'))
    const single = proofOf(scopeOf(root, id).covers, 'local', [{ ...verified, secondsToPage: 7 }], new Date())
    assert.ok(single)
    writeProof(root, id, single)
    writeFileSync(file, `${played}${variants}`)
    assert.deepEqual(upToDate(root, id, readProof(root, id)), [first])
    assert.ok(staleness(root, id).every((why) => why.startsWith('variant second: ')))
    prove(second)
    assert.deepEqual(staleness(root, id), [])
    const proof = readProof(root, id)
    assert.ok(proof)
    assert.deepEqual([runOf(proof, first)?.seconds.toPage, runOf(proof, second)?.seconds.toPage], [7, 9])
  })

  test('each variant may have a solution of its own, of as many steps as it takes', () => {
    const solution = written.replace(/^solution:\n(?: .*\n)+/m, "solution: '${steps}'\n")
    assert.notEqual(solution, written)
    const steps = (...actions: string[]) => `[${actions.map((action) => `{ action: ${action}, why: So }`).join(', ')}]`
    const both = (first: string, second: string) =>
      `${solution}draws: { pause: [3s, 5s], greeting: [Hello, Good morning] }
variants:
  - { name: first, set: { version: 1.5.0, steps: ${first} } }
  - { name: second, set: { version: 1.6.0, steps: ${second} } }
`
    writeFileSync(file, both(steps('flush-cache'), steps('flush-cache', 'resume-cache')))
    const covered = (variant: string) =>
      Object.keys(scopeOf(root, id, undefined, variant).covers).filter((name) => name.includes('/actions/'))
    assert.deepEqual(covered('first'), ['drills/actions/flush-cache.ts'])
    assert.deepEqual(covered('second'), ['drills/actions/flush-cache.ts', 'drills/actions/resume-cache.ts'])
    prove('first')
    prove('second')
    assert.deepEqual(staleness(root, id), [])
    writeFileSync(file, both(steps('flush-cache').replace('So', 'Therefore'), steps('resume-cache')))
    assert.deepEqual(
      staleness(root, id).map((why) => why.split(':')[0]),
      ['variant second', 'variant second'],
    )
  })

  test('the variant that equals the scenario without variants has the same hash', () => {
    writeFileSync(file, `${written.replace('${pause}', '3s').replace('${greeting}, you', 'You')}${variants.replace(/^draws.*\n/, '')}`)
    assert.deepEqual(scopeOf(root, id, undefined, 'first').covers, before)
  })
})

test('the promise can be computed from the recorded bound and patience', () => {
  for (let patience = 1; patience <= 3; patience += 0.01)
    for (const within of [20_000, 40_000, 45_000, 180_000]) {
      const bound = pageBoundSeconds({ alerts: { expected: [{ name: 'A', within }], allowed: [] } }, patience)
      assert.equal(Math.round(bound / tenths(patience)) * 1_000, within, `${within} × ${patience}`)
    }
})

/** The share of a bound that a scenario may use, on whatever machine it was proven. */
const mostOfBound = 0.75

describe('the proofs of the scenarios that are shipped', () => {
  const sources = new Sources(projectRoot)
  for (const scenario of scenarios.values()) {
    const { id } = scenario
    test(`${id} has one that matches the current code`, (context) => {
      const reasons = staleness(projectRoot, id, sources)
      if (reasons.length === 0) {
        const proof = readProof(projectRoot, id)
        const names = provenVariants(projectRoot, id)
        for (const [index, each] of everyVariant(scenario).entries()) {
          const proven = proof && runOf(proof, names[index] ?? null)
          assert.ok(proven)
          // With little margin, a faster or slower machine than that of the proof would miss it.
          assert.ok(
            proven.seconds.toPage <= proven.seconds.pageBound * mostOfBound,
            `a page ${proven.seconds.toPage} s after the fault has too narrow a bound`,
          )
          assert.ok(
            proven.seconds.toHealthy * 1_000 <= recoveryDeadlineMs * mostOfBound,
            `healthy only ${proven.seconds.toHealthy} s after the fix`,
          )
          assert.equal(proven.seconds.pageBound * 1_000, Math.max(...each.alerts.expected.map(({ within }) => within)))
        }
        return
      }
      const told = `not proven on this code: ${reasons.join(', ')}`
      // During work on a fault, its scenarios are proven last; the whole suite, which decides what is shipped, requires a proof for every scenario. A
      // cluster is not available everywhere.
      const required = process.env['FIREDRILL_PROOFS'] === 'required' && isPlayable(scenario, { lacks: ['cluster'] })
      if (!required) return context.skip(told)
      assert.fail(`${told}; run 'firedrill verify --stale'`)
    })
  }
})
