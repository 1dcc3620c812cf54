import { z } from 'zod'
import { serviceName, serviceNames, type ServiceName } from './components.ts'

/** Maximum size of a policy, in bytes. */
export const mostPolicyBytes = 64 * 1_024

/** The namespace of the shop. */
export const meshNamespace = 'shop'

/** The service that a host of a policy names: `inventory`, `inventory.shop`, `inventory.shop.svc` or `inventory.shop.svc.cluster.local`. */
export function serviceOfHost(host: string): ServiceName | undefined {
  const [name, ...rest] = host.split('.')
  if (!['', 'shop', 'shop.svc', 'shop.svc.cluster.local'].includes(rest.join('.'))) return undefined
  return host.endsWith('.') ? undefined : serviceNames.find((known) => known === name)
}

/** An edge: calls from one service to another. */
export const meshEdge = z.object({ from: serviceName, to: serviceName })
export type MeshEdge = z.infer<typeof meshEdge>

const percent = z.number().min(0).max(100)

/**
 * A fault on the requests of one edge, as the caller's proxy sees it: it acts at the callee, so that the policy's timeouts, retries, circuit breakers
 * and outlier ejection respond to it.
 */
export const edgeFault = z.object({
  /** Time added to a share of the requests before they are passed on. */
  delay: z
    .object({ fixedDelayMs: z.number().int().min(1).max(300_000), jitterMs: z.number().int().min(0).max(60_000).default(0), percent })
    .optional(),
  /** A share of the requests answered with a status instead of being passed on. */
  abort: z.object({ httpStatus: z.number().int().min(200).max(599), percent }).optional(),
  /** A share of the responses is throttled to this many KiB/s, or to the slowest rate that the proxy supports. */
  bandwidth: z.object({ kibPerSecond: z.number().int().min(1).max(1_000_000), percent }).optional(),
  /** A share of the responses breaks off after the headers: too late for the proxy to retry. */
  reset: z.object({ percent }).optional(),
  /** Affects only calls from the caller's proxy process that runs at injection: restarting the caller's proxy avoids it. */
  instance: z.string().optional(),
  /** Only requests that carry this header with this value. */
  header: z.object({ name: z.string().regex(/^[a-z0-9-]+$/), value: z.string().max(200) }).optional(),
})
export type EdgeFault = z.infer<typeof edgeFault>

/** Delays that the Redis proxy supports, in milliseconds: they are fixed when it starts. */
export const cacheDelaysMs = [25, 50, 100, 200, 500, 1_000, 2_000] as const

/** A share of the commands to Redis that is delayed. */
export const cacheFault = z.object({ delayMs: z.literal([...cacheDelaysMs]), percent })
export type CacheFault = z.infer<typeof cacheFault>

/** A defect of a certificate. */
export const identityFaults = ['expired', 'foreign-ca', 'wrong-id'] as const
export type IdentityFault = (typeof identityFaults)[number]

/** A certificate that a proxy presents. */
export interface MeshIdentity {
  service: z.infer<typeof serviceName>
  /** `spiffe://firedrill/ns/shop/sa/<service>`, if it is correct. */
  spiffeId: string
  issuer: string
  serial: string
  /** ISO 8601. */
  notBefore: string
  notAfter: string
  /** Whether peers accept it: signed by the mesh's authority, with the service's own name, and in date. */
  verified: boolean
}

/** One version of the policy, newest last in a list. */
export interface MeshRevision {
  /** Counts from 1. */
  revision: number
  /** ISO 8601. */
  at: string
  by: string
  /** Istio resources, as YAML documents. */
  yaml: string
}

/** One line of a diff between two texts. */
export interface DiffLine {
  kind: 'same' | 'added' | 'removed'
  text: string
}

/** The changed lines of a diff, with up to `around` unchanged ones on either side; `at` is a line's index in the whole. */
export const nearChanges = (diff: readonly DiffLine[], around = 3): (DiffLine & { at: number })[] =>
  diff
    .map((line, at) => ({ ...line, at }))
    .filter(({ at }) => diff.slice(Math.max(0, at - around), at + around + 1).some(({ kind }) => kind !== 'same'))
