import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { faults } from '../drills/faults/registry.ts'
import { difference, fingerprint, restoreBaseline } from '../drills/baseline.ts'
import type { AnyFault } from '../model/fault.ts'
import { usualUsers, type Range } from '../model/range.ts'
import { faultSamples } from '../test/acceptance/fault-samples.ts'
import { targetOf } from './fault-target.ts'
import { projectRoot } from './paths.ts'
import { paperRange } from './replay/paper-range.ts'
import { SimulatedClock } from './simulation/clock.ts'
import { quiet } from './simulation/quiet.ts'

interface Case {
  fault: AnyFault
  params: unknown
}
/** Parameters with which faults act on the same target, where they can be chosen. */
const common: Record<string, unknown>[] = [
  {},
  { service: 'inventory', from: 'gateway', to: 'inventory', role: 'inventory', component: 'payments' },
]

const candidates: Case[] = faults.flatMap((fault) => {
  const sample = faultSamples[fault.id]
  if (!sample || fault.category === 'cluster' || fault.category === 'none') return []
  const tried = common.flatMap((others): unknown[] => {
    const chosen = Object.fromEntries(Object.entries(sample).map(([name, value]) => [name, others[name] ?? value]))
    const parsed = fault.params.safeParse(chosen)
    return parsed.success ? [parsed.data] : []
  })
  return [...new Map(tried.map((params) => [JSON.stringify(params), { fault, params }])).values()]
})

async function freshRange(): Promise<Range> {
  const range = paperRange(projectRoot, usualUsers)
  await restoreBaseline(range, usualUsers)
  return range
}

/** Advances the clock until the promise resolves. */
async function atOnce<Result>(work: Promise<Result>): Promise<Result> {
  using clock = new SimulatedClock()
  let isDone = false
  void work.finally(() => (isDone = true))
  while (!isDone) {
    clock.advance(1_000)
    await quiet()
  }
  return work
}

/** Injects both, and reverts them in the same order; returns what differs from before. Null if the simulated range does not support one. */
async function leftBy(...cases: readonly Case[]): Promise<{ changed: string[]; left: string[] } | null> {
  const range = await freshRange()
  const before = structuredClone(await fingerprint(range))
  const undos: unknown[] = []
  try {
    for (const { fault, params } of cases) {
      const undo = await fault.plan({ range }, params)
      undos.push(undo)
      await fault.inject({ range }, params, undo)
    }
    const { parts } = await fingerprint(range)
    const changed = Object.keys(parts).filter((part) => !isDeepStrictEqual(parts[part], before.parts[part]))
    for (const [index, { fault }] of cases.entries()) await fault.revert({ range }, undos[index])
    return { changed, left: difference(before, await fingerprint(range)) }
  } catch {
    return null
  }
}

const told = ({ fault, params }: Case) => `${fault.id} ${JSON.stringify(params)}`

test('two faults that leave something behind when the first one is reverted first have the same target', async () => {
  const alone: (Case & { changed: string[] })[] = []
  for (const one of candidates) {
    const found = await atOnce(leftBy(one))
    if (!found) continue
    assert.deepEqual(found.left, [], `${told(one)} by itself`)
    alone.push({ ...one, changed: found.changed })
  }
  assert.ok(alone.length >= 40, `${alone.length} sets of parameters can be tried on paper`)
  const missed: string[] = []
  for (const one of alone)
    for (const other of alone) {
      if (one === other || targetOf(one.fault, one.params) === targetOf(other.fault, other.params)) continue
      // Faults that change different things are not in conflict.
      if (!one.changed.some((part) => other.changed.includes(part))) continue
      const found = await atOnce(leftBy(one, other))
      if (found?.left.length !== 0) missed.push(`${told(one)} before ${told(other)}: ${found?.left ?? 'cannot be had'}`)
    }
  assert.deepEqual(missed, [])
})
