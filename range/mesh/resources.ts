import { DestinationRule } from '@kubernetes-models/istio/networking.istio.io/v1/DestinationRule'
import { VirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService'
import { AuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1/AuthorizationPolicy'
import { PeerAuthentication } from '@kubernetes-models/istio/security.istio.io/v1/PeerAuthentication'
import { z } from 'zod'
import { serviceNames, type ServiceName } from '../../model/components.ts'
import { durationMsIn, durationProblem } from '../../model/duration.ts'
import { FiredrillError, describeError } from '../../model/errors.ts'
import { meshNamespace, serviceOfHost } from '../../model/mesh.ts'
import { choice, explainIssues } from '../../model/yaml/explain.ts'
import { readDocuments, type YamlDocument } from '../../model/yaml/read.ts'
import { tellMistakes, type Mistake } from '../../model/yaml/text.ts'

/** The trust domain of the shop's identities: `cluster.local` in a policy stands for it. */
export const trustDomain = 'firedrill'

const metadata = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'lower-case letters, digits, hyphens and dots'),
  namespace: z.literal(meshNamespace).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
})

/** `250ms`, `1.5s`, `2m`, `1h` as milliseconds, as Istio writes durations (protobuf JSON and Go). */
const duration = z.string({ error: ({ input }) => durationProblem(input) }).transform((text, context) => {
  const ms = durationMsIn(text)
  if (ms !== null) return ms
  context.addIssue({ code: 'custom', message: durationProblem(text) })
  return z.NEVER
})

/** `inventory`, or its name in full, as a service of the shop. */
const host = z.string().transform((text, context): ServiceName => {
  const known = serviceOfHost(text)
  if (known) return known
  context.addIssue({ code: 'custom', message: `there is no service '${text}': choose ${serviceNames.join(', ')}` })
  return z.NEVER
})

const workload = z.strictObject({ app: z.string() }).transform(({ app }, context): ServiceName => {
  const known = serviceNames.find((name) => name === app)
  if (known) return known
  context.addIssue({ code: 'custom', path: ['app'], message: `there is no workload '${app}': choose ${serviceNames.join(', ')}` })
  return z.NEVER
})

const percentage = z.strictObject({ value: z.number().min(0).max(100) })
const stringMatch = z.union([
  z.strictObject({ exact: z.string() }),
  z.strictObject({ prefix: z.string() }),
  z.strictObject({ regex: z.string() }),
])
export type StringMatch = z.output<typeof stringMatch>

/** Conditions under which Envoy may try again; `retriable-4xx` and the like are left out: they repeat what was refused. */
const retryReasons = [
  'connect-failure',
  'refused-stream',
  'unavailable',
  'cancelled',
  'reset',
  'gateway-error',
  '5xx',
  'reset-before-request',
] as const
const retryOn = z.string().transform((text, context) => {
  const unknown = text
    .split(',')
    .find((reason) => !(retryReasons as readonly string[]).includes(reason.trim()) && !/^\d{3}$/.test(reason.trim()))
  if (unknown === undefined) return text.split(',').map((reason) => reason.trim())
  context.addIssue({ code: 'custom', message: `'${unknown}' is not carried out here: choose ${retryReasons.join(', ')}, or a status` })
  return z.NEVER
})

const destination = z.strictObject({ host, subset: z.string().optional() })

const httpRoute = z.strictObject({
  name: z.string().optional(),
  match: z
    .array(
      z.strictObject({
        name: z.string().optional(),
        uri: stringMatch.optional(),
        method: stringMatch.optional(),
        headers: z.record(z.string(), stringMatch).optional(),
        sourceLabels: workload.optional(),
      }),
    )
    .min(1)
    .optional(),
  route: z.array(z.strictObject({ destination, weight: z.number().int().min(0).max(100).optional() })).min(1),
  timeout: duration.optional(),
  retries: z
    .strictObject({ attempts: z.number().int().min(0).max(10), perTryTimeout: duration.optional(), retryOn: retryOn.optional() })
    .optional(),
  fault: z
    .strictObject({
      delay: z.strictObject({ fixedDelay: duration, percentage: percentage.optional() }).optional(),
      abort: z.strictObject({ httpStatus: z.number().int().min(200).max(599), percentage: percentage.optional() }).optional(),
    })
    .optional(),
})
export type HttpRoute = z.output<typeof httpRoute>

const trafficPolicy = z.strictObject({
  connectionPool: z
    .strictObject({
      tcp: z.strictObject({ maxConnections: z.number().int().min(1).optional(), connectTimeout: duration.optional() }).optional(),
      http: z
        .strictObject({
          http1MaxPendingRequests: z.number().int().min(1).optional(),
          http2MaxRequests: z.number().int().min(1).optional(),
          maxRequestsPerConnection: z.number().int().min(0).optional(),
          maxRetries: z.number().int().min(0).optional(),
          idleTimeout: duration.optional(),
        })
        .optional(),
    })
    .optional(),
  outlierDetection: z
    .strictObject({
      consecutive5xxErrors: z.number().int().min(0).optional(),
      consecutiveGatewayErrors: z.number().int().min(0).optional(),
      interval: duration.optional(),
      baseEjectionTime: duration.optional(),
      maxEjectionPercent: z.number().int().min(0).max(100).optional(),
    })
    .optional(),
  retryBudget: z
    .strictObject({ percent: z.number().min(0).max(100).optional(), minRetryConcurrency: z.number().int().min(0).optional() })
    .optional(),
  tls: z.strictObject({ mode: z.enum(['DISABLE', 'ISTIO_MUTUAL']) }).optional(),
  loadBalancer: z.strictObject({ simple: z.enum(['ROUND_ROBIN', 'LEAST_REQUEST', 'RANDOM']) }).optional(),
})
export type TrafficPolicy = z.output<typeof trafficPolicy>

/** `cluster.local/ns/shop/sa/orders`, or another trust domain, or a wildcard at either end, as Istio matches principals. */
const principal = z.string().regex(/^(\*|\*?[\w./-]+\*?)$/, 'a principal such as cluster.local/ns/shop/sa/orders')

const resourceSchemas = {
  VirtualService: z.strictObject({
    apiVersion: z.literal('networking.istio.io/v1'),
    kind: z.literal('VirtualService'),
    metadata,
    spec: z.strictObject({ hosts: z.array(host).min(1), http: z.array(httpRoute).min(1) }),
  }),
  DestinationRule: z.strictObject({
    apiVersion: z.literal('networking.istio.io/v1'),
    kind: z.literal('DestinationRule'),
    metadata,
    spec: z.strictObject({
      host,
      trafficPolicy: trafficPolicy.optional(),
      subsets: z
        .array(
          z.strictObject({ name: z.string(), labels: z.strictObject({ version: z.string() }), trafficPolicy: trafficPolicy.optional() }),
        )
        .optional(),
    }),
  }),
  PeerAuthentication: z.strictObject({
    apiVersion: z.literal('security.istio.io/v1'),
    kind: z.literal('PeerAuthentication'),
    metadata,
    spec: z.strictObject({
      selector: z.strictObject({ matchLabels: workload }).optional(),
      mtls: z.strictObject({ mode: z.enum(['STRICT', 'PERMISSIVE', 'DISABLE']) }),
    }),
  }),
  AuthorizationPolicy: z.strictObject({
    apiVersion: z.literal('security.istio.io/v1'),
    kind: z.literal('AuthorizationPolicy'),
    metadata,
    spec: z.strictObject({
      selector: z.strictObject({ matchLabels: workload }).optional(),
      action: z.enum(['ALLOW', 'DENY']).default('ALLOW'),
      rules: z
        .array(
          z.strictObject({
            from: z
              .array(z.strictObject({ source: z.strictObject({ principals: z.array(principal).min(1) }) }))
              .min(1)
              .optional(),
            to: z
              .array(
                z.strictObject({
                  operation: z.strictObject({
                    methods: z.array(z.string()).min(1).optional(),
                    paths: z.array(z.string()).min(1).optional(),
                  }),
                }),
              )
              .min(1)
              .optional(),
          }),
        )
        .default([]),
    }),
  }),
} as const

type Kind = keyof typeof resourceSchemas

const networking = ['networking.istio.io/v1', 'networking.istio.io/v1beta1', 'networking.istio.io/v1alpha3'] as const
const security = ['security.istio.io/v1', 'security.istio.io/v1beta1'] as const
/** What Istio serves each kind as, the current one first. */
const apiVersions = {
  VirtualService: networking,
  DestinationRule: networking,
  PeerAuthentication: security,
  AuthorizationPolicy: security,
} as const satisfies Record<Kind, readonly string[]>

export type Resource<K extends Kind = Kind> = { [Each in K]: z.output<(typeof resourceSchemas)[Each]> }[K]

/** Istio's own schemas (the CRDs of 1.29), which say whether a resource is one at all. */
const models = { VirtualService, DestinationRule, PeerAuthentication, AuthorizationPolicy } as const

/**
 * Reads Istio resources from YAML documents, checked against Istio's CRD schemas and then against what is carried out here: a field
 * that is not is refused with its path, never ignored. Throws `bad-request` with every mistake, one a line, at its line and column.
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
  // The versions differ in nothing but their name.
  const current = { ...given, apiVersion: versions[0] }
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

const isKind = (kind: string): kind is Kind => kind in resourceSchemas
const notCarriedOut = (at: string, message: string): string => `${at} is not carried out here${message.slice(message.indexOf(': '))}`

/** What Istio itself would refuse. */
function checkAgainstIstio(kind: Kind, given: unknown): { path: string[]; message: string }[] {
  try {
    // Safe: the model only carries the data to its own validation, which is what is asked here.
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

export const ofKind = <K extends Kind>(resources: readonly Resource[], kind: K): Resource<K>[] =>
  // Safe: the kind is what tells the members of the union apart.
  resources.filter((resource) => resource.kind === kind) as Resource<K>[]
