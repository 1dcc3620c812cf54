import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { findBinaries } from '../../binaries.ts'
import type { Binaries } from '../../context.ts'
import { localRange } from '../../targets/local/range.ts'
import { RangeState } from '../../targets/local/state.ts'
import { LocalTarget } from '../../targets/local/target.ts'

/** No proxy runs here: Envoy only validates. */
const root = path.join(import.meta.dirname, '..', '..', '..')
const cache = process.env['FIREDRILL_CACHE'] || path.join(root, '.cache')
const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-validation-'))
after(() => rmSync(dir, { recursive: true }))
const state = new RangeState(dir)
state.configure({ portBase: 31_400 })
// Safe: only Envoy's path is used here.
const binaries = Object.fromEntries(findBinaries(cache).map(({ source, path: file }) => [source.binary, file])) as unknown as Binaries
const { mesh } = localRange(new LocalTarget(state, root, binaries, () => ({})))
const baseline = mesh.baseline()
const match = (uri: string): string => {
  const from = '    - route: [{ destination: { host: inventory } }]'
  assert.ok(baseline.includes(from))
  return baseline.replace(from, `    - match: [{ uri: ${uri} }]\n      route: [{ destination: { host: inventory } }]\n${from}`)
}

test('a configuration that Envoy accepts passes, even with a regular expression of the size that Istio allows', async () => {
  await mesh.check(baseline)
  await mesh.check(match("{ regex: '/[a-z]{0,1000}' }"))
})

test('a policy that only Envoy refuses is reported with its reason and line, before it is applied, and leaves no revision', async () => {
  // Six program steps of Envoy's for each character, and only one of our parser's.
  const yaml = match(`{ regex: '${String.raw`\p{L}{1000}`.repeat(6)}' }`)
  const line = yaml.split('\n').findIndex((text) => text.includes('{1000}')) + 1
  const expected = {
    code: 'bad-request',
    message: new RegExp(`^line ${line}: Envoy refuses it: .*RE2 program size of \\d+ > max program size of 32768`),
  }
  await assert.rejects(mesh.check(yaml), expected)
  await assert.rejects(mesh.apply(yaml, 'test'), expected)
  assert.equal(await mesh.policy(), baseline)
  assert.equal((await mesh.history()).length, 1)
})

test('every text in an authorization policy that is accepted here is accepted by Envoy', async () => {
  const texts = ['"*"', 'a*', '"*b"', 'c', '"[("', '"a+b.c"', '"cluster.local/ns/shop/*"', '"\\\\"', '"é"']
  const rules = ['principals', 'notPrincipals', 'namespaces', 'notNamespaces']
    .map((field) => `    - from: [{ source: { ${field}: [${texts.join(', ')}] } }]\n`)
    .concat(
      ['methods', 'notMethods', 'paths', 'notPaths', 'hosts', 'notHosts'].map(
        (field) => `    - to: [{ operation: { ${field}: [${texts.join(', ')}] } }]\n`,
      ),
    )
  await mesh.check(
    `${baseline}---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: { name: all }\nspec:\n  action: DENY\n  rules:\n${rules.join('')}`,
  )
})
