import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { chart } from './chart.ts'
import { generatedManifests } from './deploy.ts'
import type { Manifests } from './documents.ts'

const root = path.join(import.meta.dirname, '..', '..', '..')
const generated = generatedManifests(root)
const manifests = Object.fromEntries(Object.entries(generated).filter(([file]) => !file.startsWith('chart/')))
const images = {
  shop: 'firedrill/shop:0.1.0',
  datastores: 'firedrill/datastores:0.1.0',
  control: 'firedrill/control:0.1.0',
  load: 'firedrill/load:0.1.0',
}
const made = (files: Manifests) => chart(files, images, '0.1.0', '')
const template = (name: string) => generated[`chart/templates/${name}.yaml`] ?? assert.fail(`no template ${name}`)

/** Renders a template like Helm, for the part of its language that ours use: `if`, `else`, `with`, `end` and values. */
function rendered(text: string, values: Record<string, unknown>): string {
  const valueOf = (name: string): unknown =>
    name.split('.').reduce<unknown>((within, key) => (within as Record<string, unknown>)[key], values)
  const lines: string[] = []
  const open: { holds: boolean; dot: unknown }[] = []
  const inline = (line: string) =>
    line
      .replaceAll(
        /\{\{ if \.Values\.([\w.]+) \}\}(.*?)\{\{ else \}\}(.*?)\{\{ end \}\}/g,
        (_all, name: string, then: string, other: string) => (valueOf(name) ? then : other),
      )
      .replaceAll(/\{\{ \.Values\.([\w.]+) \}\}/g, (_all, name: string) => String(valueOf(name)))
      .replaceAll('{{ . }}', () => String(open.at(-1)?.dot))
  for (const line of text.split('\n')) {
    const [, verb, name = ''] = /^ *\{\{- (if|with|else|end)(?: \.Values\.([\w.]+))? \}\}$/.exec(line) ?? []
    if (verb === 'if' || verb === 'with') open.push({ holds: Boolean(valueOf(name)), dot: valueOf(name) })
    else if (verb === 'else') open[open.length - 1] = { holds: !open.at(-1)?.holds, dot: null }
    else if (verb === 'end') assert.ok(open.pop(), 'an end without a beginning')
    else if (open.every(({ holds }) => holds)) lines.push(inline(line))
  }
  assert.deepEqual(open, [], 'a beginning without an end')
  const result = lines.join('\n')
  assert.doesNotMatch(result, /\{\{|\}\}/)
  return result
}

const defaults = parse(generated['chart/values.yaml'] ?? '') as Record<string, unknown>
const documents = (text: string): unknown[] => parseAllDocuments(text).map((document) => document.toJS())

describe('the templates of the chart', () => {
  const sources = Object.keys(manifests).filter((file) => /^(?:base|agent|mesh|observability)\/(?!kustomization)/.test(file))

  test('render to the manifests with the chart’s default values and every feature switched on', () => {
    assert.ok(sources.length > 15)
    for (const file of sources) {
      const values = { ...defaults, observability: true, mesh: file.startsWith('mesh/') }
      assert.deepEqual(documents(rendered(template(path.basename(file, '.yaml')), values)), documents(manifests[file] ?? ''), file)
    }
  })

  test('render to nothing if the feature that they belong to is switched off', () => {
    for (const file of ['agent/agent.yaml', 'mesh/policy.yaml', 'mesh/observers.yaml', 'observability/observability.yaml'])
      assert.equal(rendered(template(path.basename(file, '.yaml')), { ...defaults, agent: false }).trim(), '', file)
  })

  test('name every image by a value', () => {
    for (const [file, text] of Object.entries(generated))
      if (file.startsWith('chart/templates/')) assert.doesNotMatch(text, /firedrill\/(?:shop|datastores|control|load):/, file)
    assert.equal(template('gateway').match(/image: \{\{ \.Values\.images\.shop \}\}/g)?.length, 1)
    assert.equal(template('postgres').match(/image: \{\{ \.Values\.images\.datastores \}\}/g)?.length, 3)
    assert.match(template('agent'), /value: \{\{ \.Values\.images\.datastores \}\}/)
  })

  test('have a place for a storage class, at each claim', () => {
    for (const name of ['postgres', 'rabbitmq', 'observability']) {
      const values = { ...defaults, observability: true, storageClass: 'fast' }
      assert.equal(rendered(template(name), values).match(/^ +storageClassName: fast$/gm)?.length, 1, name)
      assert.doesNotMatch(rendered(template(name), { ...values, storageClass: '' }), /storageClassName/, name)
    }
  })

  test('let Istio inject into the shop’s namespace and not into the monitoring’s', () => {
    const values = { ...defaults, mesh: true, observability: true }
    const labels = (name: string) =>
      (documents(rendered(template(name), values))[0] as { metadata: { labels: Record<string, string> } }).metadata.labels
    assert.deepEqual(labels('namespace'), {
      'app.kubernetes.io/managed-by': 'firedrill',
      'istio-injection': 'enabled',
      'pod-security.kubernetes.io/enforce': 'privileged',
      'pod-security.kubernetes.io/warn': 'restricted',
    })
    assert.deepEqual(labels('observability'), {
      'app.kubernetes.io/managed-by': 'firedrill',
      'pod-security.kubernetes.io/enforce': 'restricted',
    })
    assert.match(rendered(template('observability'), values), /name: FIREDRILL_CLUSTER\n +value: istio\n/)
  })
})

describe('a manifest that lacks something that the chart makes a value', () => {
  test('gives the same chart if nothing has changed', () => {
    const { 'chart/Chart.yaml': _chart, 'chart/values.yaml': _values, ...templates } = made(manifests)
    for (const [file, text] of Object.entries(templates)) assert.equal(text, generated[file], file)
  })

  const changed: [what: string, file: string, from: string, to: string, error: RegExp][] = [
    [
      'another image',
      'base/gateway.yaml',
      images.shop,
      'firedrill/shop:9',
      /^Error: base\/gateway\.yaml has the image "shop" .* 0 times.*1 times/,
    ],
    [
      'an image twice',
      'base/redis.yaml',
      `image: ${images.datastores}`,
      `image: ${images.datastores} # ${images.datastores}`,
      /2 times.*1 times/,
    ],
    [
      'an image where none was',
      'base/config.yaml',
      'data:',
      `data: # ${images.load}`,
      /base\/config\.yaml has the image "load" .* 1 times.*0 times/,
    ],
    [
      'another kind of claim',
      'base/postgres.yaml',
      '- ReadWriteOnce',
      '- ReadWriteMany',
      /postgres\.yaml has the storage class of a claim 0 times/,
    ],
    ['another default of the cluster', 'observability/observability.yaml', 'value: local', 'value: none', /FIREDRILL_CLUSTER 0 times/],
    ['another pod security', 'base/namespace.yaml', 'enforce: restricted', 'enforce: baseline', /pod security of a namespace 0 times/],
    ['braces of its own', 'mesh/policy.yaml', 'metadata:', 'metadata: # {{ name }}', /braces that Helm would take/],
  ]
  for (const [what, file, from, to, error] of changed)
    test(`fails: ${what}`, () => {
      const before = manifests[file] ?? ''
      assert.ok(before.includes(from))
      assert.throws(() => made({ ...manifests, [file]: before.replace(from, to) }), error)
    })

  test('fails: a manifest that is missing, or has another name', () => {
    const { 'base/orders.yaml': orders = '', ...rest } = manifests
    assert.throws(() => made(rest), /of base\/orders\.yaml, but there is no such manifest/)
    assert.throws(() => made({ ...manifests, 'base/orders-2.yaml': orders }), /base\/orders-2\.yaml has the image "shop"/)
  })
})
