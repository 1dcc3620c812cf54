import { stringify } from 'yaml'
import type { Manifests } from './manifests.ts'
import type { Images } from './workload.ts'

/** The same manifests as a Helm chart: what differs from place to place is a value, everything else is as it is in `base`. */
export function chart(files: Manifests, images: Images, version: string, generated: string): Manifests {
  const templates = (folder: 'base' | 'agent' | 'mesh'): [string, string][] =>
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
# For the claims of PostgreSQL and RabbitMQ; the cluster's default where it is empty.
storageClass: ''
# The pod by which a host watches the shop: needs the Secret agent-invitation.
agent: true
# Istio: sidecars, mutual TLS, and the policy of the mesh.
mesh: false
`,
    ...Object.fromEntries(templates('base')),
    ...Object.fromEntries(templates('agent').map(([file, text]) => [file, when('.Values.agent', text)])),
    ...Object.fromEntries(templates('mesh').map(([file, text]) => [file, when('.Values.mesh', text)])),
  }
}

function valued(text: string, { shop, datastores }: Images): string {
  return text
    .replaceAll(shop, '{{ .Values.images.shop }}')
    .replaceAll(datastores, '{{ .Values.images.datastores }}')
    .replace(
      /^( *)accessModes:\n *- ReadWriteOnce\n/m,
      (found, indent: string) =>
        `${found}${indent}{{- with .Values.storageClass }}\n${indent}storageClassName: {{ . }}\n${indent}{{- end }}\n`,
    )
    .replace(
      /^( *)pod-security\.kubernetes\.io\/enforce: restricted\n/m,
      (_found, indent: string) =>
        `${indent}{{- if .Values.mesh }}\n${indent}istio-injection: enabled\n${indent}pod-security.kubernetes.io/enforce: privileged\n${indent}pod-security.kubernetes.io/warn: restricted\n${indent}{{- else }}\n${indent}pod-security.kubernetes.io/enforce: restricted\n${indent}{{- end }}\n`,
    )
}
