import { stringify } from 'yaml'
import { serviceNames } from '../../../model/components.ts'
import type { Manifests } from './documents.ts'
import type { AllImages } from './pod.ts'

/** A part of a manifest that becomes a value of the chart. */
interface Valued {
  /** A description, for the error. */
  what: string
  /** The pattern in the manifest. */
  from: RegExp
  /** The replacement in the template, from the match and the first group. */
  to: (found: string, first: string) => string
  /** How often it occurs in each file, by the file's path; it must not occur in any other. */
  counts: Readonly<Record<string, number>>
  /** A file in which it is left unchanged. */
  exceptIn?: string
}

/**
 * The same manifests as a Helm chart: what differs between installations is a value, everything else equals `base`. Throws if a manifest has a value
 * more or less often than the chart expects, or has braces that Helm would interpret.
 */
export function chart(files: Manifests, images: AllImages, version: string, generated: string): Manifests {
  const values = valuesOf(images)
  const folders = ['base', 'agent', 'mesh', 'observability']
  const sources = Object.keys(files).filter((file) => folders.includes(file.split('/')[0] ?? '') && !file.endsWith('kustomization.yaml'))
  for (const { what, counts } of values)
    for (const file of Object.keys(counts))
      if (!sources.includes(file)) throw new Error(`the chart makes a value of the ${what} of ${file}, but there is no such manifest`)
  const templates = (folder: string): [string, string][] =>
    sources
      .filter((file) => file.startsWith(`${folder}/`))
      .map((file) => [`chart/templates/${file.slice(folder.length + 1)}`, valued(file, files[file] ?? '', values)])
  const when = (value: string, text: string) => `{{- if ${value} }}\n${text}{{- end }}\n`
  return {
    'chart/Chart.yaml': `${generated}${stringify({
      apiVersion: 'v2',
      name: 'firedrill-shop',
      description: 'The shop of Firedrill, to practise incidents on, and the agent by which it is watched.',
      type: 'application',
      version,
      appVersion: version,
    })}`,
    'chart/values.yaml': `${generated}images:
  shop: ${images.shop}
  datastores: ${images.datastores}
  control: ${images.control}
  load: ${images.load}
# For the claims of PostgreSQL, RabbitMQ, and what watches them; the cluster's default where it is empty.
storageClass: ''
# The pod by which a host watches the shop: needs the Secret agent-invitation.
agent: true
# Istio: sidecars, mutual TLS, and the policy of the mesh.
mesh: false
# What watches and loads the shop, in a namespace of its own: console, Prometheus, Alertmanager, telemetry, Locust.
observability: false
`,
    ...Object.fromEntries(templates('base')),
    ...Object.fromEntries(templates('agent').map(([file, text]) => [file, when('.Values.agent', text)])),
    ...Object.fromEntries(templates('observability').map(([file, text]) => [file, when('.Values.observability', text)])),
    ...Object.fromEntries(templates('mesh').map(([file, text]) => [file, when('.Values.mesh', text)])),
  }
}

const inAll = (names: readonly string[], count: number) => Object.fromEntries(names.map((name) => [`base/${name}.yaml`, count]))

function valuesOf(images: AllImages): Valued[] {
  const image = (name: keyof AllImages, counts: Valued['counts']): Valued => ({
    what: `image "${name}" (${images[name]})`,
    from: new RegExp(RegExp.escape(images[name]), 'g'),
    to: () => `{{ .Values.images.${name} }}`,
    counts,
  })
  return [
    // The agent also gets the names of the images, for the pods that it starts.
    image('shop', { ...inAll(serviceNames, 1), 'agent/agent.yaml': 2 }),
    image('datastores', {
      ...inAll(['redis', 'rabbitmq', 'postgres-exporter', 'redis-exporter', 'node-exporter'], 1),
      // For PostgreSQL, and the containers that prepare its folder and read its log.
      'base/postgres.yaml': 3,
      'agent/agent.yaml': 1,
    }),
    image('control', { 'observability/observability.yaml': 1 }),
    image('load', { 'observability/observability.yaml': 1 }),
    {
      what: 'FIREDRILL_CLUSTER',
      from: /(name: FIREDRILL_CLUSTER\n *value: )local$/gm,
      to: (_found, before) => `${before}{{ if .Values.mesh }}istio{{ else }}local{{ end }}`,
      counts: { 'observability/observability.yaml': 1 },
    },
    {
      what: 'storage class of a claim',
      from: /^( *)accessModes:\n *- ReadWriteOnce\n/gm,
      to: (found, indent) => `${found}${indent}{{- with .Values.storageClass }}\n${indent}storageClassName: {{ . }}\n${indent}{{- end }}\n`,
      counts: { 'base/postgres.yaml': 1, 'base/rabbitmq.yaml': 1, 'observability/observability.yaml': 1 },
    },
    {
      what: 'pod security of a namespace',
      from: /^( *)pod-security\.kubernetes\.io\/enforce: restricted\n/gm,
      to: (found, indent) =>
        `${indent}{{- if .Values.mesh }}\n${indent}istio-injection: enabled\n${indent}pod-security.kubernetes.io/enforce: privileged\n${indent}pod-security.kubernetes.io/warn: restricted\n${indent}{{- else }}\n${found}${indent}{{- end }}\n`,
      counts: { 'base/namespace.yaml': 1 },
      // Istio injects nothing into the pods of the monitoring's namespace.
      exceptIn: 'observability/observability.yaml',
    },
  ]
}

/** A manifest, with values in place of what differs between installations. */
function valued(file: string, text: string, values: readonly Valued[]): string {
  if (/\{\{|\}\}/.test(text)) throw new Error(`${file} has braces that Helm would take for its own`)
  return values.reduce((before, { what, from, to, counts, exceptIn }) => {
    if (file === exceptIn) return before
    const expected = counts[file] ?? 0
    let count = 0
    const after = before.replaceAll(from, (found: string, first: unknown) => {
      count++
      return to(found, String(first))
    })
    if (count !== expected)
      throw new Error(
        `${file} has the ${what} ${count} times, and the chart expects it ${expected} times: change range/targets/kubernetes/chart.ts`,
      )
    return after
  }, text)
}
