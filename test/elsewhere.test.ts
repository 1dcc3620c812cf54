import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { elsewhere, filesOf, missingFor } from './elsewhere.ts'
import { read } from './texts.ts'

const root = path.join(import.meta.dirname, '..')

test('each suite that needs more than this machine has its files, which read its variables and no others', () => {
  for (const [name, suite] of Object.entries(elsewhere)) {
    const files = filesOf(root, suite)
    assert.equal(files.length, suite.files.length, name)
    const texts = files.map((file) => readFileSync(path.join(root, file), 'utf8')).join('\n')
    const asked = new Set(
      Array.from(texts.matchAll(/\b((?:KUBERNETES|TOFU|COMPOSE|KUSTOMIZE)(?:_[A-Z]+)*)\b(?=: \w+| = '')/g), ([, word]) => word),
    )
    assert.deepEqual([...asked].toSorted(), [...Object.keys(suite.needs), ...Object.keys(suite.takes)].toSorted(), name)
  }
})

test('the missing requirements of a suite are listed, with what else it needs', () => {
  assert.equal(missingFor('compose', { COMPOSE: 'docker compose' }), null)
  const told = missingFor('cluster', { KUBERNETES_KUBECONFIG: '/k', KUBERNETES_ADDRESS: '' }) ?? ''
  assert.match(told, /^the suite 'cluster' needs in the environment\n {2}KUBERNETES_ADDRESS: this host, as its pods reach it\nand takes\n/)
  assert.doesNotMatch(told, /KUBECONFIG/)
  assert.match(told, /KUBERNETES_COMPLETE: /)
})

test('a suite that lacks something is not started, and does not pass', () => {
  const environment = { ...process.env, TOFU: '', NODE_TEST_CONTEXT: undefined }
  const { status, stderr } = spawnSync(process.execPath, ['test/run.ts', 'terraform'], { cwd: root, encoding: 'utf8', env: environment })
  assert.equal(status, 2)
  assert.match(stderr, /^the suite 'terraform' needs in the environment\n {2}TOFU: /)
})

test('CONTRIBUTING lists the requirements of each', () => {
  const contributing = read('CONTRIBUTING.md')
  for (const [name, { needs }] of Object.entries(elsewhere)) {
    const row = contributing.split('\n').find((line) => line.startsWith(`| ${name} |`)) ?? ''
    for (const variable of Object.keys(needs)) assert.ok(row.includes(`\`${variable}\``), `${name}: ${variable}`)
  }
})
