import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { dashboardTemplates } from '../dashboards/registry.ts'
import { sources } from './dashboards.ts'
import { grafanaEnvironment, grafanaFiles } from './provisioning.ts'

const root = path.join(import.meta.dirname, '..', '..')
const files = grafanaFiles(dashboardTemplates)

interface GrafanaPanel {
  type: string
  title: string
  gridPos: { x: number; y: number; w: number; h: number }
  targets: { refId: string; expr: string; exemplar: boolean }[]
}
const dashboards = Object.entries(files)
  .filter(([file]) => file.startsWith('dashboards/'))
  .map(([file, text]) => ({ file, ...(JSON.parse(text) as { uid: string; title: string; panels: GrafanaPanel[] }) }))

test('the checked-in files are what is generated', () => {
  const folder = path.join(root, 'deploy', 'grafana')
  const there = globSync('{dashboards,provisioning}/**/*.{json,yaml}', { cwd: folder }).toSorted()
  assert.deepEqual(there, Object.keys(files).toSorted(), "run 'firedrill grafana'")
  for (const file of there) assert.equal(readFileSync(path.join(folder, file), 'utf8'), files[file], `${file}: run 'firedrill grafana'`)
})

test('every dashboard and every panel of the console is included, with a unique name and position', () => {
  assert.equal(dashboards.length, dashboardTemplates.length)
  assert.equal(new Set(dashboards.map(({ uid }) => uid)).size, dashboards.length)
  for (const { id, panels } of dashboardTemplates) {
    const found = dashboards.find(({ uid }) => uid === `firedrill-${id}`)
    assert.deepEqual(
      found?.panels.map(({ title }) => title),
      panels.map(({ title }) => title),
    )
    const places = found?.panels.map(({ gridPos: { x, y } }) => `${x} ${y}`) ?? []
    assert.equal(new Set(places).size, places.length, id)
    assert.ok(found?.panels.every(({ gridPos: { x, w } }) => x + w <= 24))
    for (const panel of found?.panels ?? []) {
      assert.equal(new Set(panel.targets.map(({ refId }) => refId)).size, panel.targets.length)
      assert.ok(
        panel.targets.every(({ expr }) => !/\$(?!__rate_interval)/.test(expr)),
        `${id}: ${panel.title}`,
      )
    }
  }
})

test('a histogram asks for its exemplars, once', () => {
  for (const { id, panels } of dashboardTemplates) {
    for (const { title, exemplars } of panels) {
      const panel = dashboards.find(({ uid }) => uid === `firedrill-${id}`)?.panels.find((one) => one.title === title)
      assert.equal(panel?.targets.filter(({ exemplar }) => exemplar).length, exemplars === undefined ? 0 : 1, `${id}: ${title}`)
    }
  }
})

test('an exemplar links to its trace, and a span to its logs', () => {
  const text = files['provisioning/datasources/firedrill.yaml'] ?? ''
  const { datasources } = parse(text) as { datasources: { uid: string; type: string; jsonData: Record<string, unknown> }[] }
  const known = new Set<string>(datasources.map(({ uid }) => uid))
  assert.deepEqual(known, new Set(Object.values(sources)))
  const of = (uid: string) => datasources.find((one) => one.uid === uid)?.jsonData
  assert.deepEqual(of(sources.prometheus)?.['exemplarTraceIdDestinations'], [{ name: 'trace_id', datasourceUid: sources.traces }])
  const toLogs = of(sources.traces)?.['tracesToLogsV2'] as { datasourceUid: string } | undefined
  assert.equal(toLogs?.datasourceUid, sources.logs)
  // A literal `$` for Grafana is written twice; every other one is an environment variable.
  const variables = [...text.matchAll(/(?<!\$)\$([A-Z_]+)/g)].map(([, name]) => name)
  assert.deepEqual(new Set(variables), new Set(Object.keys(grafanaEnvironment)))
})

test('in a cluster and in Compose it has every dashboard, and the addresses of all data sources', () => {
  const kustomization = parse(readFileSync(path.join(root, 'deploy', 'grafana', 'kustomization.yaml'), 'utf8')) as {
    configMapGenerator: { files: string[] }[]
    patches: { patch: string }[]
  }
  const listed = kustomization.configMapGenerator.flatMap((map) => map.files.map((file) => file.replace(/^.*=/, '')))
  assert.deepEqual(listed.toSorted(), Object.keys(files).toSorted(), 'list the same files in deploy/grafana/kustomization.yaml')
  const patch = parse(kustomization.patches[0]?.patch ?? '') as {
    spec: { template: { spec: { containers: { env: { name: string; value: string }[] }[] } } }
  }
  const inCluster = Object.fromEntries((patch.spec.template.spec.containers[0]?.env ?? []).map(({ name, value }) => [name, value]))
  const compose = parse(readFileSync(path.join(root, 'deploy', 'compose', 'compose.yaml'), 'utf8'), { merge: true }) as {
    services: { grafana: { environment: Record<string, string> } }
  }
  const { GF_PLUGINS_PREINSTALL: _plugins, ...composed } = compose.services.grafana.environment
  // Both share the monitoring's network; only a ClickHouse is elsewhere.
  const expected = { ...grafanaEnvironment, FIREDRILL_CLICKHOUSE_HOST: 'clickhouse' }
  assert.deepEqual(inCluster, expected)
  assert.deepEqual(composed, expected)
})
