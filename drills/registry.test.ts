import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { components } from '../range/topology.ts'
import { releasesOf } from '../range/releases.ts'
import { serviceNames } from '../model/components.ts'
import { actions } from './actions/registry.ts'
import { checks } from './checks/registry.ts'
import { faults } from './faults/registry.ts'
import { loadScenarios } from './scenarios.ts'

const root = path.join(import.meta.dirname, '..')
const filesOf = (family: string) =>
  globSync(`drills/${family}/*.ts`, { cwd: root })
    .map((file) => path.basename(file, '.ts'))
    .filter((name) => name !== 'registry' && !name.endsWith('.test'))
    .sort()

test('every fault, action and check has a file of its name and stands in its registry', () => {
  assert.deepEqual(filesOf('faults'), faults.map((fault) => fault.id).sort())
  assert.deepEqual(filesOf('actions'), actions.map((action) => action.id).sort())
  assert.deepEqual(filesOf('checks'), checks.map((check) => check.id).sort())
})

test('no action uses the words of a fault, which trainees must not find', () => {
  const offered = actions.flatMap(({ id, title, description }) => [id, title, description])
  for (const { id, title, effect, category } of faults) {
    if (category === 'none') continue
    for (const words of [id, title, effect]) assert.ok(!offered.some((text) => text.includes(words)), `${id}: ${words}`)
  }
})

test('every scenario loads, and each release that it deploys exists', () => {
  const scenarios = loadScenarios(path.join(root, 'scenarios'))
  const folders = globSync('scenarios/*/', { cwd: root }).map((folder) => path.basename(folder))
  assert.ok(folders.includes('slow-shelves'))
  assert.deepEqual([...scenarios.keys()].sort(), folders.sort())
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
    assert.deepEqual(Object.keys(releases).sort(), listed.releases.map((release) => release.version).sort(), service)
    assert.ok(
      listed.releases.some((release) => release.version === listed.baseline),
      service,
    )
  }
})

test('no port of the topology is given twice', () => {
  const ports = components.flatMap((component) => Object.values(component.ports))
  assert.equal(new Set(ports).size, ports.length)
})
