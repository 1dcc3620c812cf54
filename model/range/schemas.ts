import { z } from 'zod'
import type { BackupStatus, BaseBackup, RestoredServer } from '../backups.ts'
import type { AccessPolicy, Autoscaler, ClusterEvent, ClusterService, DisruptionBudget, PodStatus, Rollout } from '../cluster.ts'
import { canaryServices, serviceName } from '../components.ts'
import type { MeshIdentity, MeshRevision } from '../mesh.ts'
import { exactly } from '../routes/route.ts'
import type { ClockReading } from './processes.ts'
import type { Canary, Deployment } from './releases.ts'

/*
 * Schemas of what the ports of a range give: for the API, for calls between two hosts, and for the record of backups. Apart from the types, which the
 * console and the commands load without any schema.
 */

const text = z.string()
const count = z.number().int()

export const podStatus = exactly<PodStatus>()(
  z.object({ name: text, app: text, phase: text, ready: text, restarts: count, reason: text, ageSeconds: z.number() }),
)
export const clusterService = exactly<ClusterService>()(z.object({ name: text, selector: text, ports: text, endpoints: count }))
export const rollout = exactly<Rollout>()(z.object({ name: text, kind: text, wanted: count, updated: count, ready: count, problem: text }))
export const clusterEvent = exactly<ClusterEvent>()(z.object({ at: text, type: text, reason: text, object: text, message: text }))
export const autoscaler = exactly<Autoscaler>()(
  z.object({ name: text, min: count, max: count, current: count, desired: count, problem: text }),
)
export const accessPolicy = exactly<AccessPolicy>()(z.object({ name: text, pods: text, from: z.array(text).nullable() }))
export const disruptionBudget = exactly<DisruptionBudget>()(
  z.object({ name: text, pods: text, rule: text, healthy: count, allowed: count }),
)

export const deployment = exactly<Deployment>()(
  z.object({
    service: serviceName,
    version: text,
    previous: text.nullable(),
    at: text.describe('ISO 8601.'),
    by: text,
    canary: z
      .enum(['started', 'ended'])
      .optional()
      .describe('Of an instance beside those that run the service’s release, and not in place of them.'),
  }),
)
export const clockReading = exactly<ClockReading>()(z.object({ service: serviceName, offsetSeconds: count.nullable() }))

export const canary = exactly<Canary>()(z.object({ service: z.enum(canaryServices), version: text }))

export const meshIdentity = exactly<MeshIdentity>()(
  z.object({
    service: serviceName,
    spiffeId: text,
    issuer: text,
    serial: text,
    notBefore: text,
    notAfter: text,
    verified: z.boolean(),
  }),
)
export const meshRevision = exactly<MeshRevision>()(z.object({ revision: count, at: text.describe('ISO 8601.'), by: text, yaml: text }))

export const baseBackup = exactly<BaseBackup>()(
  z.object({
    name: text,
    endedAt: text,
    sizeBytes: z.number(),
    lsn: text,
    check: z.enum(['passed', 'failed', 'not-run']),
    detail: text.nullable(),
  }),
)
export const restoredServer = exactly<RestoredServer>()(z.object({ until: text, backup: text, port: count }))
export const backupStatus = exactly<BackupStatus>()(
  z.object({
    backups: z.array(baseBackup),
    archive: z.object({ running: z.boolean(), until: text.nullable() }),
    restored: restoredServer.nullable(),
    bytes: z.number(),
  }),
)
