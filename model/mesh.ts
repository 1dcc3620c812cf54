import { z } from 'zod'
import { serviceName, serviceNames, type ServiceName } from './components.ts'

/** Of a policy that is handed in, in bytes. */
export const mostPolicyBytes = 64 * 1_024

/** The namespace of the shop. */
export const meshNamespace = 'shop'

/** The service that a host of a policy names: `inventory`, `inventory.shop`, `inventory.shop.svc` or `inventory.shop.svc.cluster.local`. */
export function serviceOfHost(host: string): ServiceName | undefined {
  const [name, ...rest] = host.split('.')
  if (!['', 'shop', 'shop.svc', 'shop.svc.cluster.local'].includes(rest.join('.'))) return undefined
  return host.endsWith('.') ? undefined : serviceNames.find((known) => known === name)
}

/** One direction of talk between two services. */
export const meshEdge = z.object({ from: serviceName, to: serviceName })
export type MeshEdge = z.infer<typeof meshEdge>

const percent = z.number().min(0).max(100)

/**
 * What goes wrong with requests on one edge, as the caller's proxy finds it: it comes from the far side, so that the policy's
 * time limits, retries, breakers and ejections act on it.
 */
export const edgeFault = z.object({
  /** Time added to a share of the requests before they are passed on. */
  delay: z
    .object({ fixedDelayMs: z.number().int().min(1).max(300_000), jitterMs: z.number().int().min(0).max(60_000).default(0), percent })
    .optional(),
  /** A share of the requests answered with a status instead of being passed on. */
  abort: z.object({ httpStatus: z.number().int().min(200).max(599), percent }).optional(),
  /** A share of the answers comes no faster than so many KiB a second, and no slower than its proxy can pace it. */
  bandwidth: z.object({ kibPerSecond: z.number().int().min(1).max(1_000_000), percent }).optional(),
  /** A share of the answers breaks off after its headers: too late for a proxy to try again. */
  reset: z.object({ percent }).optional(),
  /** Only what comes from the caller's proxy as it ran then: whoever restarts it takes another way. */
  instance: z.string().optional(),
  /** Only requests that carry this header with this value. */
  header: z.object({ name: z.string().regex(/^[a-z0-9-]+$/), value: z.string().max(200) }).optional(),
})
export type EdgeFault = z.infer<typeof edgeFault>

/** By how much the answers of Redis can be held back, in milliseconds: a proxy knows its delays from its start. */
export const cacheDelaysMs = [25, 50, 100, 200, 500, 1_000, 2_000] as const

/** A share of the commands to Redis that is answered late. */
export const cacheFault = z.object({ delayMs: z.literal([...cacheDelaysMs]), percent })
export type CacheFault = z.infer<typeof cacheFault>

/** A certificate that is not what it should be. */
export const identityFaults = ['expired', 'foreign-ca', 'wrong-id'] as const
export type IdentityFault = (typeof identityFaults)[number]

/** A certificate as its proxy shows it to others. */
export interface MeshIdentity {
  service: z.infer<typeof serviceName>
  /** `spiffe://firedrill/ns/shop/sa/<service>`, where it is as it should be. */
  spiffeId: string
  issuer: string
  serial: string
  /** ISO 8601. */
  notBefore: string
  notAfter: string
  /** Whether others accept it: signed by the mesh's authority, in the service's own name, and in date. */
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

/** One step of a comparison of two texts, line by line. */
export interface DiffLine {
  kind: 'same' | 'added' | 'removed'
  text: string
}

/** The lines that change, with up to `around` of those that do not on either side; `at` is a line's place in the whole. */
export const nearChanges = (diff: readonly DiffLine[], around = 3): (DiffLine & { at: number })[] =>
  diff
    .map((line, at) => ({ ...line, at }))
    .filter(({ at }) => diff.slice(Math.max(0, at - around), at + around + 1).some(({ kind }) => kind !== 'same'))
