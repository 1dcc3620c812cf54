import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { serviceNames } from '../../model/components.ts'
import type { FaultContext } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'
import { paperRange } from '../../control/replay/paper-range.ts'
import { Mortal } from '../../control/simulation/mortal.ts'
import { faultSamples } from '../../test/acceptance/fault-samples.ts'
import { loadScenarios } from '../scenarios.ts'
import { faultById } from './registry.ts'

const root = path.join(import.meta.dirname, '..', '..')
/** The first use of each fault in a scenario. */
const used = new Map<string, unknown>()
for (const { timeline } of loadScenarios(path.join(root, 'scenarios')).values())
  for (const { fault, params } of timeline) if (!used.has(fault)) used.set(fault, params)

/** Faults whose changes a simulated range stores; the contract of all faults is tested on a real one. */
const onPaper = [
  'bad-release',
  'canary-release',
  'bad-config',
  'feature-flag',
  'load-spike',
  'hot-product',
  'bot-flood',
  'broker-memory-alarm',
  'cpu-burn',
  'heavy-report',
  'postgres-connections',
  'second-consumer',
  'prices-by-hand',
  'cache-scan',
  'redis-flush',
  'scheduled-limits',
  'alert-noise',
  'lying-rule',
  'http-delay',
  'http-abort',
  'network-partition',
  'tight-timeout',
  'tight-breaker',
  'loose-retries',
  'mtls-mismatch',
  'mesh-denied',
  'strict-ejection',
  'worn-connections',
  'queue-age-policy',
  'queue-stray-binding',
  'cluster-selector',
  'cluster-target-port',
  'cluster-liveness',
  'cluster-memory',
  'cluster-environment',
  'cluster-readiness',
  'cluster-half-rollout',
  'cluster-autoscaler',
  'cluster-queue-policy',
  'cluster-drain',
  'cluster-image',
  'cluster-request',
  'cluster-scaled',
  'cluster-secret-key',
  'cluster-foreign-pods',
  'cluster-paused',
  'cluster-init-cycle',
  'cluster-node-selector',
  'cluster-startup',
  'cluster-host-alias',
  'cluster-subset',
  'cluster-egress',
  'cluster-no-sidecar',
  'cluster-app-protocol',
  'cluster-quota',
  'cluster-credential',
  'target-lost',
  'queue-size-policy',
  'hoarding-consumer',
  'migration-lock',
  'http-bandwidth',
  'http-reset',
  'nightly-backup',
]
const contextOf = (range = paperRange(root, 30)): FaultContext => ({ range })
/** As stored in the ledger. */
const kept = <Value>(value: Value): Value => structuredClone(value)

for (const id of onPaper) {
  test(`${id}, as a scenario injects it, shows; twice is once; and it is reverted by its undo record alone`, async ({ mock }) => {
    mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-03-02T10:00:00Z') })
    const fault = faultById(id)
    const params = fault.params.parse(used.get(id) ?? faultSamples[id] ?? {})
    const context = contextOf()
    const seen = async () => kept(await fault.observe(context, params))
    const before = await seen()
    const undo: unknown = JSON.parse(JSON.stringify(await fault.plan(context, params)))
    assert.deepEqual(await seen(), before, 'a plan changes nothing')
    await fault.inject(context, params, undo)
    const during = await seen()
    assert.notDeepEqual(during, before)
    mock.timers.tick(1_000)
    await fault.inject(context, params, undo)
    assert.deepEqual(await seen(), during)
    await fault.revert(contextOf(context.range), undo)
    assert.deepEqual(await seen(), before)
    await fault.revert(contextOf(context.range), undo)
    assert.deepEqual(await seen(), before)
  })
}

/** A range on which only this many calls succeed. */
function cutOff(range: Range, calls: number): Range {
  const trouble = [{ what: 'fails' as const, skip: calls, calls: Infinity, lateMs: 0 }]
  return new Mortal({ onDeath() {}, trouble: () => trouble, diskIsFull: () => false, isLastWrite: () => false }).reach(range)
}

for (const id of onPaper) {
  test(`${id} is reverted by its undo record, however far its injection got`, async ({ mock }) => {
    mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-03-02T10:00:00Z') })
    const fault = faultById(id)
    const params = fault.params.parse(used.get(id) ?? faultSamples[id] ?? {})
    for (let calls = 0, isThrough = false; !isThrough; calls++) {
      assert.ok(calls < 200, 'an injection ends')
      const context = contextOf()
      const seen = async () => kept(await fault.observe(context, params))
      const before = await seen()
      const undo: unknown = JSON.parse(JSON.stringify(await fault.plan(context, params)))
      isThrough = await fault.inject(contextOf(cutOff(context.range, calls)), params, undo).then(
        () => true,
        () => false,
      )
      await fault.revert(contextOf(context.range), undo)
      assert.deepEqual(await seen(), before, `after ${calls} calls`)
    }
  })
}

test('the state before a fault is restored, and not the default', async () => {
  const range = paperRange(root, 45)
  await range.releases.deploy('inventory', '1.4.0', 'somebody')
  await range.config.set('catalog', { LOG_LEVEL: 'debug' }, 'somebody')
  await range.mesh.setFault({ from: 'gateway', to: 'catalog' }, { abort: { httpStatus: 500, percent: 1 } })
  const policy = await range.mesh.policy()
  const given: [fault: string, params: Record<string, unknown>][] = [
    ['load-spike', { users: 90 }],
    ['bad-release', { service: 'inventory', version: '1.5.0' }],
    ['bad-config', { service: 'catalog', key: 'DB_POOL_MAX', value: '1' }],
    ['http-delay', { from: 'gateway', to: 'catalog', delayMs: 50 }],
    ['tight-timeout', { to: 'payments', timeoutMs: 1_500 }],
  ]
  const undos: (() => Promise<void>)[] = []
  for (const [id, rest] of given) {
    const fault = faultById(id)
    const params = fault.params.parse(rest)
    const undo = kept(await fault.plan(contextOf(range), params))
    await fault.inject(contextOf(range), params, undo)
    undos.push(() => fault.revert(contextOf(range), undo))
  }
  assert.deepEqual(await range.config.get('catalog'), { LOG_LEVEL: 'debug', DB_POOL_MAX: '1' })
  assert.equal((await range.load.status())?.users, 90)
  const edge = await range.mesh.faultOn({ from: 'gateway', to: 'catalog' })
  assert.deepEqual([edge?.abort?.httpStatus, edge?.delay?.fixedDelayMs], [500, 50], 'what was on the edge stays')
  for (const revert of undos.toReversed()) await revert()
  assert.equal((await range.load.status())?.users, 45)
  assert.equal(await range.releases.current('inventory'), '1.4.0')
  assert.deepEqual(await range.config.get('catalog'), { LOG_LEVEL: 'debug' })
  assert.deepEqual(await range.mesh.faultOn({ from: 'gateway', to: 'catalog' }), { abort: { httpStatus: 500, percent: 1 } })
  assert.equal(await range.mesh.policy(), policy)
})

test('the noisy rules are of every service, by a name and a summary that people can read', async () => {
  const range = paperRange(root, 30)
  const written: string[] = []
  const { setExtraRules } = range.monitoring
  range.monitoring.setExtraRules = async (name, rules) => {
    if (rules !== null) written.push(rules)
    await setExtraRules(name, rules)
  }
  const fault = faultById('alert-noise')
  const params = fault.params.parse({ severity: 'page' })
  await fault.inject(contextOf(range), params, await fault.plan(contextOf(range), params))
  interface Rules {
    groups: { rules: { alert: string; labels: Record<string, string>; annotations: { summary: string } }[] }[]
  }
  const { groups } = parse(written[0] ?? '') as Rules
  const rules = groups.flatMap(({ rules: each }) => each)
  assert.deepEqual(new Set(rules.map(({ labels }) => labels['service'])), new Set(serviceNames))
  assert.ok(rules.every(({ labels }) => labels['severity'] === 'page'))
  const busy = rules.find(({ alert }) => alert === 'LegacyInventoryPoolBusy')
  assert.equal(busy?.annotations.summary, 'inventory: pool busy')
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length)
})
