import { createHash } from 'node:crypto'
import { Document, isAlias, visit } from 'yaml'
import type { ServiceName } from '../model/components.ts'
import { serviceOfHost } from '../model/mesh.ts'
import { documentsOf } from '../model/yaml/read.ts'

/** The policy's document of this kind for a service, created if there is none. */
export function editPolicy(
  yaml: string,
  kind: 'VirtualService' | 'DestinationRule' | 'PeerAuthentication',
  service: ServiceName,
  edit: (document: Document) => void,
): string {
  const documents: Document[] = documentsOf(yaml)
  const owns = (document: Document): boolean => {
    if (document.get('kind') !== kind) return false
    if (kind === 'VirtualService')
      return (document.toJS() as { spec: { hosts: string[] } }).spec.hosts.some((host) => serviceOfHost(host) === service)
    if (kind === 'DestinationRule') return serviceOfHost(String(document.getIn(['spec', 'host']))) === service
    return document.getIn(['spec', 'selector', 'matchLabels', 'app']) === service
  }
  let found = documents.find(owns)
  if (!found) {
    found = new Document(fresh[kind](service))
    documents.push(found)
  } else {
    const whole = editable(found)
    documents[documents.indexOf(found)] = whole
    found = whole
  }
  edit(found)
  return textOf(documents)
}

/** A document that can be edited in one place: aliases are expanded. */
export const editable = (document: Document): Document =>
  hasAliases(document) ? new Document(document.toJS(), { aliasDuplicateObjects: false }) : document

export const textOf = (documents: readonly Document[]): string =>
  documents
    .map((document) =>
      document
        .toString({ lineWidth: 140 })
        .replace(/^---\n/, '')
        .trimEnd(),
    )
    .join('\n---\n')
    .concat('\n')

function hasAliases(document: Document): boolean {
  let found = false
  visit(document, {
    Node(_, node) {
      if (!isAlias(node)) return
      found = true
      return visit.BREAK
    },
  })
  return found
}

const fresh = {
  VirtualService: (service: ServiceName) => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: service, namespace: 'shop' },
    spec: { hosts: [service], http: [{ route: [{ destination: { host: service } }] }] },
  }),
  DestinationRule: (service: ServiceName) => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: service, namespace: 'shop' },
    spec: { host: service, trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } },
  }),
  PeerAuthentication: (service: ServiceName) => ({
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: { name: service, namespace: 'shop' },
    spec: { selector: { matchLabels: { app: service } }, mtls: { mode: 'STRICT' } },
  }),
}

export const policyHash = (yaml: string): string => createHash('sha256').update(yaml).digest('hex').slice(0, 16)

/** The shop's mesh engineers, who write policies like any other author. */
export const platformTeam = 'platform team'
