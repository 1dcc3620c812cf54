/** Third-party packages: locked, under a licence that may be shipped with ours, and without a known vulnerability. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { z } from 'zod'

const root = path.join(import.meta.dirname, '..')

const locked = z.object({
  version: z.string(),
  license: z.string().optional(),
  integrity: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
})
const { packages } = z
  .object({ packages: z.record(z.string(), locked) })
  .parse(JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')))
const own = packages['']
const installed = Object.entries(packages).filter(([place]) => place !== '')

/** Licences as packages name them: permissive ones, and those that require only that changes of their own files are shared. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
  'MPL-2.0',
  'OFL-1.1',
  'PSF-2.0',
  '(MIT AND BSD)',
  '(AFL-2.1 OR BSD-3-Clause)',
])

/** Binaries of the telemetry store's database for platforms whose packages are missing from the registry with which the lock was made. */
const elsewhere = ['darwin-arm64', 'darwin-x64', 'linux-arm64-gnu'].map((platform) => `node_modules/@chdb/lib-${platform}`)

describe('the lock', () => {
  test('has every dependency, including the binaries of other platforms: otherwise npm ci refuses it', () => {
    assert.ok(own)
    const missing: string[] = []
    for (const [place, { dependencies, optionalDependencies }] of Object.entries(packages)) {
      for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
        const folders = place.split('/node_modules/').map((_, index, parts) => parts.slice(0, index + 1).join('/node_modules/'))
        const places = [...folders.map((folder) => `${folder}/node_modules/${name}`), `node_modules/${name}`]
        if (!places.some((each) => each in packages)) missing.push(`${name} of ${place || 'the project'}`)
      }
    }
    assert.deepEqual(missing, [])
  })

  test('has the hash of every download, except for three packages that are missing from its registry', () => {
    assert.deepEqual(installed.flatMap(([place, { integrity }]) => (integrity === undefined ? [place] : [])).toSorted(), elsewhere)
  })

  test('has only licences that may be shipped', () => {
    const others = installed.filter(([, { license }]) => !allowed.has(license ?? 'none'))
    assert.deepEqual(
      others.map(([place, { license }]) => `${place}: ${license ?? 'no licence'}`),
      [],
    )
    for (const license of allowed)
      assert.ok(
        installed.some(([, known]) => known.license === license),
        `nothing has ${license} any more`,
      )
  })
})

test('no package has a known vulnerability that is high or critical', (context) => {
  const { stdout, error } = spawnSync('npm', ['audit', '--json', '--package-lock-only', '--fetch-retries=0', '--fetch-timeout=15000'], {
    cwd: root,
    encoding: 'utf8',
    timeout: 6e4,
    maxBuffer: 64 * 1024 * 1024,
  })
  if (error) return context.skip(`npm audit cannot run: ${error.message}`)
  const report = z
    .object({ vulnerabilities: z.record(z.string(), z.object({ severity: z.string() })) })
    .safeParse(stdout.trim().startsWith('{') ? JSON.parse(stdout) : null)
  if (!report.success) return context.skip(`no registry answers npm audit: ${stdout.trim().slice(0, 200).replaceAll(/\s+/g, ' ')}`)
  const serious = Object.entries(report.data.vulnerabilities).filter(([, { severity }]) => ['high', 'critical'].includes(severity))
  assert.deepEqual(
    serious.map(([name, { severity }]) => `${name}: ${severity}`),
    [],
  )
})
