import { z } from 'zod'
import type { BackupStatus, BaseBackup, RestoredServer } from '../backups.ts'
import type { AccessPolicy, Autoscaler, ClusterEvent, ClusterService, DisruptionBudget, PodStatus, Rollout } from '../cluster.ts'
import { canaryServices, serviceName } from '../components.ts'
import type { MeshIdentity, MeshRevision } from '../mesh.ts'
import { exactly } from '../routes/route.ts'
import type { ClockReading } from './processes.ts'
import type { FlagChange } from './flags.ts'
import type { LoadMix } from './load.ts'
import type { Canary, Deployment } from './releases.ts'

/*
 * Schemas of what the ports of a range return: for the API, for calls between two hosts, for the record of backups and for what is kept of a cluster. They are separate
 * from the types, which the console and the commands load without any schema.
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
      .describe('Whether it is a canary, which runs beside the instances of the service’s release.'),
  }),
)
export const clockReading = exactly<ClockReading>()(z.object({ service: serviceName, offsetSeconds: count.nullable() }))

export const canary = exactly<Canary>()(z.object({ service: z.enum(canaryServices), version: text }))

export const loadMix = exactly<LoadMix>()(
  z.object({
    hotShare: z.number().describe('Share of product views that go to one and the same product, 0–1.'),
    bots: count.describe('Bots that crawl without pause, beside the users.'),
    rate: z.number().describe('Page views a second beside the users, at an even pace whatever the shop does.'),
  }),
)

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

export const flagChange = exactly<FlagChange>()(
  z.object({
    flag: text,
    service: text.describe('The service that reads it.'),
    at: text.describe('ISO 8601.'),
    by: text,
    from: text.describe('Who got what before, in words.'),
    to: text.describe('Who gets what now, in words.'),
  }),
)

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
