import { z } from 'zod'
import { serviceNames, type ServiceName } from '../../model/components.ts'
import { durationMsIn, durationProblem } from '../../model/duration.ts'
import { meshNamespace, serviceOfHost } from '../../model/mesh.ts'
import { regexProblem } from './regex.ts'

/** The supported fields of each kind of resource, with Istio's meaning. */

/** The one port of each service of the shop, on every target, to which a policy may refer. */
export const servicePort = 8080

const metadata = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'lower-case letters, digits, hyphens and dots'),
  namespace: z.literal(meshNamespace).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
})

/** Parses `250ms`, `1.5s`, `2m`, `1h` to milliseconds, in Istio's notation of durations (protobuf JSON and Go). */
const anyDuration = z.string({ error: ({ input }) => durationProblem(input) }).transform((text, context) => {
  const ms = durationMsIn(text)
  if (ms !== null) return ms
  context.addIssue({ code: 'custom', message: durationProblem(text) })
  return z.NEVER
})
/** Envoy's own limit for a duration is some hundreds of years; nobody waits longer than this. */
const longestMs = 86_400_000
const duration = anyDuration.refine((ms) => ms >= 1 && ms <= longestMs, 'is not between 1ms and 24h')
/** For fields where Istio takes 0 to mean no limit. */
const limit = anyDuration.refine((ms) => ms === 0 || (ms >= 1 && ms <= longestMs), 'is not between 1ms and 24h')

/** A service of the shop, by `inventory` or by its full name. */
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

/** 0, or at least a ten-thousandth, as in Istio. */
const percentage = z.strictObject({
  value: z
    .number()
    .min(0)
    .max(100)
    .refine((value) => value === 0 || value >= 0.0001, 'is neither 0 nor at least 0.0001')
    .default(0),
})

const oneOf = 'write one of exact, prefix, regex'
const text = z.string().max(1_024)
const stringMatchShape = z
  .strictObject({
    exact: text.optional(),
    prefix: text.refine((given) => given !== '', 'is empty, which Envoy refuses: leave the match out to have everything').optional(),
    regex: text.optional(),
  })
  .transform((given, context) => {
    const kinds = Object.entries(given).filter(([, value]) => value !== undefined)
    if (kinds.length <= 1) return given
    context.addIssue({ code: 'custom', message: `has ${kinds.map(([kind]) => kind).join(' and ')}: ${oneOf}` })
    return z.NEVER
  })
export type StringMatch = { exact: string } | { prefix: string } | { regex: string }
/** For a header: `present` if it only has to exist. */
export type HeaderMatch = StringMatch | { present: true }

type Given = z.output<typeof stringMatchShape>
const asMatch = ({ exact, prefix, regex }: Given): StringMatch | null =>
  exact !== undefined ? { exact } : prefix !== undefined ? { prefix } : regex !== undefined ? { regex } : null

const stringMatch = stringMatchShape.transform((given, context): StringMatch => {
  const match = asMatch(given)
  const problem = match && 'regex' in match ? regexProblem(match.regex) : null
  if (match && problem === null) return match
  context.addIssue({ code: 'custom', path: match ? ['regex'] : [], message: problem ?? `is empty: ${oneOf}` })
  return z.NEVER
})
/** An empty matcher requires only that the header exists. Istio's webhook (1.31) refuses its own notation for that, the regex `*`, and so do we. */
const headerMatch = stringMatchShape.transform((given, context): HeaderMatch => {
  const match = asMatch(given)
  if (!match) return { present: true }
  const problem = 'regex' in match ? regexProblem(match.regex) : null
  if (problem === null) return match
  context.addIssue({ code: 'custom', path: ['regex'], message: problem })
  return z.NEVER
})
const headerName = z.string().regex(/^[-_A-Za-z0-9]+$/, 'a name of a header: letters, digits, hyphens')

/** Retry conditions, as Istio accepts them: those of `x-envoy-retry-on` and `x-envoy-retry-grpc-on`, and statuses. */
const retryReasons = [
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
] as const
const retryOn = z.string().transform((given, context) => {
  const reasons = given.split(',').map((reason) => reason.trim())
  const unknown = reasons.find((reason) => !(retryReasons as readonly string[]).includes(reason) && !/^[1-5]\d\d$/.test(reason))
  if (unknown === undefined) return reasons
  context.addIssue({ code: 'custom', message: `'${unknown}' is not carried out here: choose ${retryReasons.join(', ')}, or a status` })
  return z.NEVER
})

const count = z.number().int().min(0).max(2_147_483_647)
const positive = count.min(1)

const destination = z.strictObject({
  host,
  subset: z.string().optional(),
  port: z
    .strictObject({ number: z.number().int() })
    .refine(({ number }) => number === servicePort, {
      path: ['number'],
      message: `is no port of a service of the shop: each has ${servicePort} and no other`,
    })
    .optional(),
})

const httpRoute = z.strictObject({
  name: z.string().optional(),
  match: z
    .array(
      z.strictObject({
        name: z.string().optional(),
        uri: stringMatch.optional(),
        method: stringMatch.optional(),
        headers: z.record(headerName, headerMatch).optional(),
        sourceLabels: workload.optional(),
      }),
    )
    .min(1)
    .optional(),
  // Weights are shares of their sum.
  route: z.array(z.strictObject({ destination, weight: count.optional() })).min(1),
  timeout: limit.optional(),
  retries: z.strictObject({ attempts: count, perTryTimeout: limit.optional(), retryOn: retryOn.optional() }).optional(),
  fault: z
    .strictObject({
      delay: z
        .strictObject({ fixedDelay: duration, percentage: percentage.optional(), percent: z.number().int().min(0).max(100).optional() })
        .optional(),
      abort: z.strictObject({ httpStatus: z.number().int().min(200).max(599), percentage: percentage.optional() }).optional(),
    })
    .optional(),
})
export type HttpRoute = z.output<typeof httpRoute>

const trafficPolicy = z.strictObject({
  connectionPool: z
    .strictObject({
      tcp: z.strictObject({ maxConnections: positive.optional(), connectTimeout: duration.optional() }).optional(),
      http: z
        .strictObject({
          http1MaxPendingRequests: positive.optional(),
          http2MaxRequests: positive.optional(),
          maxRequestsPerConnection: count.optional(),
          maxRetries: count.optional(),
          idleTimeout: duration.optional(),
        })
        .optional(),
    })
    .optional(),
  outlierDetection: z
    .strictObject({
      consecutive5xxErrors: count.optional(),
      consecutiveGatewayErrors: count.optional(),
      interval: duration.optional(),
      baseEjectionTime: duration.optional(),
      maxEjectionPercent: z.number().int().min(0).max(100).optional(),
      minHealthPercent: z.number().int().min(0).max(100).optional(),
    })
    .optional(),
  retryBudget: z.strictObject({ percent: z.number().min(0).max(100).optional(), minRetryConcurrency: count.optional() }).optional(),
  tls: z.strictObject({ mode: z.enum(['DISABLE', 'ISTIO_MUTUAL']) }).optional(),
  loadBalancer: z.strictObject({ simple: z.enum(['ROUND_ROBIN', 'LEAST_REQUEST', 'RANDOM', 'LEAST_CONN']).optional() }).optional(),
})
export type TrafficPolicy = z.output<typeof trafficPolicy>

const peerMode = z.enum(['UNSET', 'STRICT', 'PERMISSIVE', 'DISABLE'])

/** A text matcher, as in Istio: the text itself, `*`, `prefix*` or `*suffix`. */
const wildcard = z
  .string()
  .min(1)
  .max(1_024)
  .refine((given) => given === '*' || !given.replace(/^\*|\*$/, '').includes('*'), {
    message:
      "has a '*' that is not the only one at one end, which Istio does not take for a wildcard: write prefix*, *suffix, or * for whatever there is",
  })
  .refine((given) => !/[{}]/.test(given), { message: 'is a template, which is not carried out here: write prefix* or *suffix' })
const wildcards = z.array(wildcard).min(1).optional()

const source = z
  .strictObject({ principals: wildcards, notPrincipals: wildcards, namespaces: wildcards, notNamespaces: wildcards })
  .refine((given) => Object.keys(given).length > 0, 'is empty: write principals or namespaces, or leave from out to have everybody')
const operation = z
  .strictObject({ methods: wildcards, notMethods: wildcards, paths: wildcards, notPaths: wildcards, hosts: wildcards, notHosts: wildcards })
  .refine((given) => Object.keys(given).length > 0, 'is empty: write methods, paths or hosts, or leave to out to have every operation')

export const resourceSchemas = {
  VirtualService: z.strictObject({
    apiVersion: z.literal('networking.istio.io/v1'),
    kind: z.literal('VirtualService'),
    metadata,
    spec: z.strictObject({
      hosts: z.array(host).min(1),
      // The only ones here.
      gateways: z.array(z.literal('mesh')).min(1).optional(),
      http: z.array(httpRoute).min(1),
    }),
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
          z.strictObject({
            name: z.string().regex(/^[\w.-]+$/, 'letters, digits, dots and hyphens'),
            labels: z.strictObject({ version: z.string() }),
            trafficPolicy: trafficPolicy.optional(),
          }),
        )
        .optional(),
    }),
  }),
  PeerAuthentication: z.strictObject({
    apiVersion: z.literal('security.istio.io/v1'),
    kind: z.literal('PeerAuthentication'),
    metadata,
    spec: z
      .strictObject({
        selector: z.strictObject({ matchLabels: workload }).optional(),
        mtls: z.strictObject({ mode: peerMode.default('UNSET') }).optional(),
        portLevelMtls: z
          .record(
            z.string().refine((port) => port === String(servicePort), {
              message: `${servicePort}, the one port that a service of the shop has`,
            }),
            z.strictObject({ mode: peerMode.default('UNSET') }),
          )
          .optional(),
      })
      .refine(({ selector, portLevelMtls }) => selector !== undefined || portLevelMtls === undefined, {
        path: ['portLevelMtls'],
        message: 'is for one workload: write selector.matchLabels.app',
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
            from: z.array(z.strictObject({ source })).min(1).optional(),
            to: z.array(z.strictObject({ operation })).min(1).optional(),
          }),
        )
        .default([]),
    }),
  }),
} as const

export type Kind = keyof typeof resourceSchemas
export type Resource<K extends Kind = Kind> = { [Each in K]: z.output<(typeof resourceSchemas)[Each]> }[K]
