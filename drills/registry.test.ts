import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { components } from '../range/topology.ts'
import { releasesOf } from '../range/releases.ts'
import { serviceNames } from '../model/components.ts'
import { faultSamples } from '../test/acceptance/fault-samples.ts'
import { actions } from './actions/registry.ts'
import { checks } from './checks/registry.ts'
import { faults } from './faults/registry.ts'
import { loadScenarios } from './scenarios.ts'

const root = path.join(import.meta.dirname, '..')
const filesOf = (family: string) =>
  globSync(`drills/${family}/*.ts`, { cwd: root })
    .map((file) => path.basename(file, '.ts'))
    .filter((name) => name !== 'registry' && !name.endsWith('.test'))

/** What to do about files and ids that do not match. */
const unmatched = (family: string, files: readonly string[], ids: readonly string[]) => [
  ...files.filter((name) => !ids.includes(name)).map((name) => `add ${name}.ts to drills/${family}/registry.ts; its id must be '${name}'`),
  ...ids.filter((id) => !files.includes(id)).map((id) => `'${id}' must be in drills/${family}/${id}.ts`),
]

test('every fault, action and check is in a file with its name and in its registry', () => {
  for (const [family, registered] of Object.entries({ faults, actions, checks })) {
    const ids = registered.map(({ id }) => id)
    assert.deepEqual(unmatched(family, filesOf(family), ids), [])
  }
  assert.deepEqual(unmatched('faults', ['noop', 'new'], ['noop', 'old']), [
    "add new.ts to drills/faults/registry.ts; its id must be 'new'",
    "'old' must be in drills/faults/old.ts",
  ])
})

test('every fault has parameters for its contract test, which runs on a real range', () => {
  for (const { id, category, params } of faults) {
    if (category === 'cluster') continue
    const sample = faultSamples[id]
    assert.ok(sample, `give ${id} parameters in test/acceptance/fault-samples.ts`)
    assert.ok(params.safeParse(sample).success, `${id}: correct its parameters in test/acceptance/fault-samples.ts`)
  }
  const known = new Set(faults.map(({ id }) => id))
  assert.deepEqual(
    Object.keys(faultSamples).filter((id) => !known.has(id)),
    [],
  )
})

const paramsOf = ({ params }: { params: z.ZodType }) => Object.entries(z.toJSONSchema(params, { io: 'input' }).properties ?? {})

/** Numbers without a maximum in files that proofs cover: adding one would make the proofs stale. Add it when these scenarios are proven again. */
const unbounded = ['terminate-session: pid', 'roll-back-mesh-policy: revision']

test('every parameter of a fault or an action has a description, and every number a minimum and a maximum', () => {
  const without: string[] = []
  for (const entry of [...faults, ...actions])
    for (const [name, schema] of paramsOf(entry)) {
      assert.ok(typeof schema === 'object' && schema.description, `${entry.id}: describe ${name}, with its unit: .describe('…')`)
      assert.match(schema.description, /^[A-Z].*[^.]$/, `${entry.id}: ${name}`)
      const { type, enum: choices, minimum = -Infinity, maximum = Infinity } = schema
      if ((type !== 'number' && type !== 'integer') || choices) continue
      if (minimum <= Number.MIN_SAFE_INTEGER || maximum >= Number.MAX_SAFE_INTEGER) without.push(`${entry.id}: ${name}`)
    }
  assert.deepEqual(without, unbounded)
})

test('no action uses the words of a fault, which trainees must not find', () => {
  const offered = actions.flatMap((action) => [
    action.id,
    action.title,
    action.description,
    ...paramsOf(action).map(([, schema]) => (typeof schema === 'object' ? (schema.description ?? '') : '')),
  ])
  for (const { id, title, effect, category } of faults) {
    if (category === 'none') continue
    for (const words of [id, title, effect]) assert.ok(!offered.some((text) => text.includes(words)), `${id}: ${words}`)
  }
})

test('every scenario loads, and each release that it deploys exists', () => {
  const scenarios = loadScenarios(path.join(root, 'scenarios'))
  const folders = globSync('scenarios/*/', { cwd: root }).map((folder) => path.basename(folder))
  assert.ok(folders.includes('slow-shelves'))
  assert.deepEqual([...scenarios.keys()].toSorted(), folders.toSorted())
  for (const scenario of scenarios.values()) {
    for (const { fault, params } of scenario.timeline) {
      if (fault === 'bad-release') {
        const { service, version } = params as { service: string; version: string }
        assert.ok(
          releasesOf(root, service).releases.some((release) => release.version === version),
          `${scenario.id}: ${service} ${version}`,
        )
      }
    }
  }
})

test('each service has code for every release that it lists', async () => {
  for (const service of serviceNames) {
    const { releases } = (await import(`../shop/${service}/releases.ts`)) as { releases: Record<string, unknown> }
    const listed = releasesOf(root, service)
    assert.deepEqual(Object.keys(releases).toSorted(), listed.releases.map((release) => release.version).toSorted(), service)
    assert.ok(
      listed.releases.some((release) => release.version === listed.baseline),
      service,
    )
  }
})

test('no port of the topology is used twice', () => {
  const ports = components.flatMap((component) => Object.values(component.ports))
  assert.equal(new Set(ports).size, ports.length)
})
