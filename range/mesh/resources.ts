import { DestinationRule } from '@kubernetes-models/istio/networking.istio.io/v1/DestinationRule'
import { VirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService'
import { AuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1/AuthorizationPolicy'
import { PeerAuthentication } from '@kubernetes-models/istio/security.istio.io/v1/PeerAuthentication'
import { LineCounter, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { serviceNames, type ServiceName } from '../../model/components.ts'
import { FiredrillError, describeError } from '../../model/errors.ts'

/** The namespace of the shop, and the trust domain of its identities: `cluster.local` in a policy stands for the latter. */
export const meshNamespace = 'shop'
export const trustDomain = 'firedrill'

const metadata = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'lower-case letters, digits, hyphens and dots'),
  namespace: z.literal(meshNamespace).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
})

/** `250ms`, `1.5s`, `2m`, `1h` as milliseconds, as Istio writes durations (protobuf JSON and Go). */
const duration = z.string().transform((text, context) => {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    context.addIssue({ code: 'custom', message: `'${text}' is not a duration: write it as 250ms, 2s or 1m` })
    return z.NEVER
  }
  const unitMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
  return parts.reduce((sum, [, count, unit = 'ms']) => sum + Number(count) * (unitMs[unit] ?? 1), 0)
})

/** `inventory`, or its name in full, as a service of the shop. */
const host = z.string().transform((text, context): ServiceName => {
  const short = text.replace(new RegExp(`\\.${meshNamespace}(\\.svc(\\.cluster\\.local)?)?$`), '')
  const known = serviceNames.find((name) => name === short)
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
    apiVersion: z.enum(['networking.istio.io/v1', 'networking.istio.io/v1beta1']),
    kind: z.literal('VirtualService'),
    metadata,
    spec: z.strictObject({ hosts: z.array(host).min(1), http: z.array(httpRoute).min(1) }),
  }),
  DestinationRule: z.strictObject({
    apiVersion: z.enum(['networking.istio.io/v1', 'networking.istio.io/v1beta1']),
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
    apiVersion: z.enum(['security.istio.io/v1', 'security.istio.io/v1beta1']),
    kind: z.literal('PeerAuthentication'),
    metadata,
    spec: z.strictObject({
      selector: z.strictObject({ matchLabels: workload }).optional(),
      mtls: z.strictObject({ mode: z.enum(['STRICT', 'PERMISSIVE', 'DISABLE']) }),
    }),
  }),
  AuthorizationPolicy: z.strictObject({
    apiVersion: z.enum(['security.istio.io/v1', 'security.istio.io/v1beta1']),
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
export type Resource<K extends Kind = Kind> = { [Each in K]: z.output<(typeof resourceSchemas)[Each]> }[K]

/** Istio's own schemas (the CRDs of 1.29), which say whether a resource is one at all. */
const models = { VirtualService, DestinationRule, PeerAuthentication, AuthorizationPolicy } as const

/**
 * Reads Istio resources from YAML documents, checked against Istio's CRD schemas and then against what is carried out here: a field
 * that is not is refused with its path, never ignored. Throws `bad-request` with the line of the document.
 */
export function parseResources(yaml: string): Resource[] {
  const lines = new LineCounter()
  const seen = new Set<string>()
  return parseAllDocuments(yaml, { lineCounter: lines }).flatMap((document): Resource[] => {
    const line = lines.linePos(document.range?.[0] ?? 0).line
    const refuse = (what: string): never => {
      throw new FiredrillError('bad-request', what)
    }
    const broken = document.errors[0]
    if (broken) return refuse(`line ${lines.linePos(broken.pos[0]).line}: ${broken.message.split('\n')[0]}`)
    const given: unknown = document.toJS()
    if (given === null || given === undefined) return []
    const kind = (given as { kind?: unknown }).kind
    if (typeof kind !== 'string' || !(kind in resourceSchemas)) {
      return refuse(`line ${line}: '${String(kind)}' is not carried out here: choose ${Object.keys(resourceSchemas).join(', ')}`)
    }
    const name = `${kind} ${String((given as { metadata?: { name?: unknown } }).metadata?.name ?? '')}`.trim()
    checkAgainstIstio(kind as Kind, given, (problem) => refuse(`line ${line}: ${name}: ${problem}`))
    const parsed = resourceSchemas[kind as Kind].safeParse(given)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      const at = issue ? lineOf(document, issue.path, lines) : line
      const where = issue?.path.join('.') || 'the resource'
      return refuse(
        issue?.code === 'unrecognized_keys'
          ? `line ${at}: ${name}: ${[...issue.path, issue.keys[0]].join('.')} is not carried out here`
          : `line ${at}: ${name}: ${where}: ${issue?.message}`,
      )
    }
    if (seen.has(name)) return refuse(`line ${line}: there are two of ${name}`)
    seen.add(name)
    return [parsed.data]
  })
}

function checkAgainstIstio(kind: Kind, given: unknown, refuse: (problem: string) => void): void {
  try {
    // Safe: the model only carries the data to its own validation, which is what is asked here.
    new models[kind](given as never).validate()
  } catch (error) {
    refuse(
      describeError(error)
        .replace(/^data\//, '')
        .replaceAll('/', '.')
        .replace(' must', ': must'),
    )
  }
}

function lineOf(document: ReturnType<typeof parseAllDocuments>[number], path: readonly PropertyKey[], lines: LineCounter): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const node: unknown = 'getIn' in document ? document.getIn(path.slice(0, depth), true) : null
    const offset = (node as { range?: [number, number, number] } | null | undefined)?.range?.[0]
    if (offset !== undefined) return lines.linePos(offset).line
  }
  return 1
}

export const ofKind = <K extends Kind>(resources: readonly Resource[], kind: K): Resource<K>[] =>
  // Safe: the kind is what tells the members of the union apart.
  resources.filter((resource) => resource.kind === kind) as Resource<K>[]
