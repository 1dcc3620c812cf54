import { stringify } from 'yaml'
import type { Manifests } from './manifests.ts'
import type { AllImages } from './pod.ts'

/** The same manifests as a Helm chart: what differs from place to place is a value, everything else is as it is in `base`. */
export function chart(files: Manifests, images: AllImages, version: string, generated: string): Manifests {
  const templates = (folder: 'base' | 'agent' | 'mesh' | 'observability'): [string, string][] =>
    Object.entries(files)
      .filter(([file]) => file.startsWith(`${folder}/`) && !file.endsWith('kustomization.yaml'))
      .map(([file, text]) => [`chart/templates/${file.slice(folder.length + 1)}`, valued(text, images)])
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

function valued(text: string, { shop, datastores, control, load }: AllImages): string {
  return text
    .replaceAll(shop, '{{ .Values.images.shop }}')
    .replaceAll(datastores, '{{ .Values.images.datastores }}')
    .replaceAll(control, '{{ .Values.images.control }}')
    .replaceAll(load, '{{ .Values.images.load }}')
    .replace(/(name: FIREDRILL_CLUSTER\n *value: )local/, '$1{{ if .Values.mesh }}istio{{ else }}local{{ end }}')
    .replace(
      /^( *)accessModes:\n *- ReadWriteOnce\n/m,
      (found, indent: string) =>
        `${found}${indent}{{- with .Values.storageClass }}\n${indent}storageClassName: {{ . }}\n${indent}{{- end }}\n`,
    )
    .replace(
      // Of the shop's namespace: nothing is injected into who watches it.
      /^( *)pod-security\.kubernetes\.io\/enforce: restricted\n(?![^]*FIREDRILL_CLUSTER)/m,
      (_found, indent: string) =>
        `${indent}{{- if .Values.mesh }}\n${indent}istio-injection: enabled\n${indent}pod-security.kubernetes.io/enforce: privileged\n${indent}pod-security.kubernetes.io/warn: restricted\n${indent}{{- else }}\n${indent}pod-security.kubernetes.io/enforce: restricted\n${indent}{{- end }}\n`,
    )
}
