import { DestinationRule } from '@kubernetes-models/istio/networking.istio.io/v1/DestinationRule'
import { VirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService'
import { AuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1/AuthorizationPolicy'
import { PeerAuthentication } from '@kubernetes-models/istio/security.istio.io/v1/PeerAuthentication'
import { FiredrillError, describeError } from '../../model/errors.ts'
import { choice, explainIssues } from '../../model/yaml/explain.ts'
import { readDocuments, type YamlDocument } from '../../model/yaml/read.ts'
import { tellMistakes, type Mistake } from '../../model/yaml/text.ts'
import { resourceSchemas, type Kind, type Resource } from './schema.ts'
import { isKeyOf } from '../../model/own.ts'

export type { HeaderMatch, HttpRoute, Resource, StringMatch, TrafficPolicy } from './schema.ts'

/** The trust domain of the shop's identities: `cluster.local` in a policy stands for it. */
export const trustDomain = 'firedrill'

const networking = ['networking.istio.io/v1', 'networking.istio.io/v1beta1', 'networking.istio.io/v1alpha3'] as const
const security = ['security.istio.io/v1', 'security.istio.io/v1beta1'] as const
/** The API versions of each kind that Istio serves, the current one first. */
const apiVersions = {
  VirtualService: networking,
  DestinationRule: networking,
  PeerAuthentication: security,
  AuthorizationPolicy: security,
} as const satisfies Record<Kind, readonly string[]>

/** Istio's own schemas (the CRDs of 1.29), which decide whether a resource is valid at all. */
const models = { VirtualService, DestinationRule, PeerAuthentication, AuthorizationPolicy } as const

/** Where each resource was written, for checks that compare several. */
const written = new WeakMap<Resource, YamlDocument>()

/** A mistake at a path in a parsed resource. */
export function mistakeIn(resource: Resource, path: readonly PropertyKey[], message: string): Mistake {
  const at = written.get(resource)?.placeOf(path) ?? { line: 1, column: 1 }
  return { ...at, message: `${resource.kind} ${resource.metadata.name}: ${path.join('.')}: ${message}` }
}

/**
 * Parses Istio resources from YAML documents. They are validated with Istio's CRD schemas, and then against what is supported here: an unsupported
 * field is refused with its path, never ignored. Throws `bad-request` with every mistake, one per line, at its line and column.
 */
export function parseResources(yaml: string): Resource[] {
  const { documents, mistakes } = readDocuments(yaml, 'the resources of a policy')
  const resources: Resource[] = []
  const seen = new Set<string>()
  for (const document of documents) {
    const { resource, name, wrong } = parseResource(document)
    mistakes.push(...wrong.map((mistake) => ({ ...mistake, message: `${name}: ${mistake.message}` })))
    if (!resource) continue
    if (seen.has(name)) mistakes.push({ line: document.line, column: 1, message: `there are two of ${name}` })
    seen.add(name)
    written.set(resource, document)
    resources.push(resource)
  }
  if (mistakes.length > 0) throw new FiredrillError('bad-request', tellMistakes(mistakes))
  return resources
}

function parseResource(document: YamlDocument): { resource?: Resource; name: string; wrong: Mistake[] } {
  const given = document.value as { apiVersion?: unknown; kind?: unknown; metadata?: { name?: unknown } | null }
  const refuse = (path: PropertyKey[], message: string) => ({ name: 'the document', wrong: [{ ...document.placeOf(path), message }] })
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return refuse([], 'is no resource: write apiVersion, kind, metadata and spec')
  const { kind, apiVersion } = given
  const known = Object.keys(resourceSchemas)
  if (kind === 'List')
    return refuse(['kind'], "'List' is not carried out here: write its items as documents of their own, with '---' between")
  if (typeof kind !== 'string' || !isKind(kind))
    return refuse(
      ['kind'],
      kind === undefined
        ? `kind is missing: choose ${known.join(', ')}`
        : `'${String(kind)}' is not carried out here: ${choice(known, String(kind))}`,
    )
  const name = `${kind} ${String(given.metadata?.name ?? '')}`.trim()
  const versions = apiVersions[kind]
  if (!versions.some((version) => version === apiVersion)) {
    const message =
      apiVersion === undefined
        ? `apiVersion is missing: write ${versions[0]}`
        : `apiVersion: '${String(apiVersion)}' is none of ${kind}: write ${versions[0]}`
    return { name, wrong: [{ ...document.placeOf(['apiVersion']), message }] }
  }
  // The versions differ only in their name.
  const current = { ...withoutServersOwn(given), apiVersion: versions[0] }
  const parsed = resourceSchemas[kind].safeParse(current)
  const own = parsed.error ? explainIssues(parsed.error.issues, current, document, resourceSchemas[kind]) : []
  const ofIstio = checkAgainstIstio(kind, current)
    .filter(({ path }) => !own.some(({ at }) => at.startsWith(path.join('.'))))
    .map(({ path, message }) => ({ ...document.placeOf(path), message: `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}` }))
  const wrong = own.map(({ line, column, at, message, unknownKey }) => ({
    line,
    column,
    message: unknownKey ? notCarriedOut(at, message) : `${at}: ${message}`,
  }))
  return { name, wrong: [...ofIstio, ...wrong], ...(parsed.success ? { resource: parsed.data } : {}) }
}

/** Fields that the API server writes, in the output of `kubectl get --output yaml`: they do not affect the policy. */
const serversOwn = ['creationTimestamp', 'generation', 'managedFields', 'resourceVersion', 'selfLink', 'uid']

/** A resource as its author would have written it. */
export function withoutServersOwn<Given extends { metadata?: object | null }>(given: Given): Omit<Given, 'status'> {
  const { metadata, ...others } = Object.fromEntries(Object.entries(given).filter(([key]) => key !== 'status')) as Given
  if (typeof metadata !== 'object' || metadata === null) return { ...others, metadata } as Given
  // Safe: only optional fields are left out.
  return { ...others, metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => !serversOwn.includes(key))) } as Given
}

const isKind = (kind: string): kind is Kind => isKeyOf(resourceSchemas, kind)
const notCarriedOut = (at: string, message: string): string => `${at} is not carried out here${message.slice(message.indexOf(': '))}`

/** What Istio itself would refuse. */
function checkAgainstIstio(kind: Kind, given: unknown): { path: string[]; message: string }[] {
  try {
    // Safe: the model only passes the data to its own validation.
    new models[kind](given as never).validate()
    return []
  } catch (error) {
    const { errors = [] } = error as { errors?: { instancePath: string; message?: string }[] }
    if (errors.length === 0) return [{ path: [], message: describeError(error) }]
    return errors.map(({ instancePath, message = '' }) => ({
      path: instancePath
        .split('/')
        .slice(1)
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')),
      message,
    }))
  }
}

/** The resources of one kind, with its type. */
export const ofKind = <K extends Kind>(resources: readonly Resource[], kind: K): Resource<K>[] =>
  // Safe: the kind identifies the member of the union.
  resources.filter((resource) => resource.kind === kind) as Resource<K>[]
