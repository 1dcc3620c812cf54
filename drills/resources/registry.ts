import { backups } from './backups.ts'
import { thirdParty } from './bank.ts'
import { bindings, brokerMemory, deadLetters, queuePolicies } from './broker.ts'
import { cacheAnswers, cachedPrices, cachedValues, cacheMemory, cacheSettings, cacheUsers } from './cache.ts'
import { canary } from './canary.ts'
import { clocks } from './clocks.ts'
import { cluster } from './cluster.ts'
import { datastores, monitoring, proxies, services } from './components.ts'
import { databaseIndexes } from './database-indexes.ts'
import { databaseRoles } from './database-roles.ts'
import { databaseSessions } from './database-sessions.ts'
import { databaseChecks, databaseColumns, databaseRowSecurity } from './database-tables.ts'
import { databaseTriggers } from './database-triggers.ts'
import { databaseRights } from './database-rights.ts'
import { databaseSequences } from './database-sequences.ts'
import { databaseServer } from './server-settings.ts'
import { deployments } from './deployments.ts'
import { descriptorLimits } from './descriptors.ts'
import { featureFlags } from './flags.ts'
import { jobs } from './jobs.ts'
import { userMix, users } from './load.ts'
import { cacheFault, certificates, edgeFaults, meshPolicy } from './mesh.ts'
import { alertRules, scraping, silences } from './monitoring.ts'
import { replica } from './replica.ts'
import type { Resource } from './resource.ts'
import { volumes } from './volumes.ts'

/** Everything in a range that a drill, or its trainee, may change, apart from customers' data. */
export const resources: readonly Resource[] = [
  cluster,
  datastores,
  proxies,
  services,
  monitoring,
  canary,
  deployments,
  featureFlags,
  descriptorLimits,
  clocks,
  meshPolicy,
  edgeFaults,
  cacheFault,
  certificates,
  jobs,
  databaseRoles,
  databaseSessions,
  databaseIndexes,
  databaseTriggers,
  databaseColumns,
  databaseChecks,
  databaseRowSecurity,
  databaseRights,
  databaseSequences,
  databaseServer,
  volumes,
  backups,
  replica,
  thirdParty,
  bindings,
  queuePolicies,
  brokerMemory,
  deadLetters,
  cacheUsers,
  cacheAnswers,
  cacheMemory,
  cacheSettings,
  cachedPrices,
  cachedValues,
  alertRules,
  scraping,
  silences,
  users,
  userMix,
]
