import { FiredrillError } from '../../model/errors.ts'
import type { AnyFault } from '../../model/fault.ts'
import type { Range, RangeFeature } from '../../model/range.ts'
import { alertNoise } from './alert-noise.ts'
import { badConfig } from './bad-config.ts'
import { badRelease } from './bad-release.ts'
import { badCertificate } from './bad-certificate.ts'
import { httpAbort } from './http-abort.ts'
import { httpBandwidth } from './http-bandwidth.ts'
import { httpDelay } from './http-delay.ts'
import { httpReset } from './http-reset.ts'
import { looseRetries } from './loose-retries.ts'
import { mtlsMismatch } from './mtls-mismatch.ts'
import { networkPartition } from './network-partition.ts'
import { tightBreaker } from './tight-breaker.ts'
import { tightTimeout } from './tight-timeout.ts'
import { botFlood } from './bot-flood.ts'
import { brokerMemoryAlarm } from './broker-memory-alarm.ts'
import { canaryRelease } from './canary-release.ts'
import { cacheVolumeFull } from './cache-volume-full.ts'
import { carelessStatement } from './careless-statement.ts'
import { clockSkew } from './clock-skew.ts'
import { nightlyBackup } from './nightly-backup.ts'
import { clusterAppProtocol } from './cluster-app-protocol.ts'
import { clusterAutoscaler } from './cluster-autoscaler.ts'
import { clusterCredential } from './cluster-credential.ts'
import { clusterDrain } from './cluster-drain.ts'
import { clusterEgress } from './cluster-egress.ts'
import { clusterEnvironment } from './cluster-environment.ts'
import { clusterForeignPods } from './cluster-foreign-pods.ts'
import { clusterHalfRollout } from './cluster-half-rollout.ts'
import { clusterHostAlias } from './cluster-host-alias.ts'
import { clusterImage } from './cluster-image.ts'
import { clusterInitCycle } from './cluster-init-cycle.ts'
import { clusterLiveness } from './cluster-liveness.ts'
import { clusterMemory } from './cluster-memory.ts'
import { clusterNoSidecar } from './cluster-no-sidecar.ts'
import { clusterNodeSelector } from './cluster-node-selector.ts'
import { clusterPaused } from './cluster-paused.ts'
import { clusterQueuePolicy } from './cluster-queue-policy.ts'
import { clusterQuota } from './cluster-quota.ts'
import { clusterReadiness } from './cluster-readiness.ts'
import { clusterRequest } from './cluster-request.ts'
import { clusterScaled } from './cluster-scaled.ts'
import { clusterSecretKey } from './cluster-secret-key.ts'
import { clusterSelector } from './cluster-selector.ts'
import { clusterStartup } from './cluster-startup.ts'
import { clusterSubset } from './cluster-subset.ts'
import { clusterTargetPort } from './cluster-target-port.ts'
import { cpuBurn } from './cpu-burn.ts'
import { descriptorLimit } from './descriptor-limit.ts'
import { hangingBank } from './hanging-bank.ts'
import { featureFlag } from './feature-flag.ts'
import { hoardingConsumer } from './hoarding-consumer.ts'
import { hotProduct } from './hot-product.ts'
import { journalFull } from './journal-full.ts'
import { loadSpike } from './load-spike.ts'
import { lyingRule } from './lying-rule.ts'
import { migrationLock } from './migration-lock.ts'
import { noop } from './noop.ts'
import { postgresBadPlan } from './postgres-bad-plan.ts'
import { postgresConnectionLimit } from './postgres-connection-limit.ts'
import { postgresConnections } from './postgres-connections.ts'
import { postgresLocalTime } from './postgres-local-time.ts'
import { postgresLock } from './postgres-lock.ts'
import { postgresMandatoryColumn } from './postgres-mandatory-column.ts'
import { postgresMissingIndex } from './postgres-missing-index.ts'
import { postgresReadOnly } from './postgres-read-only.ts'
import { postgresRoleSetting } from './postgres-role-setting.ts'
import { postgresRevoke } from './postgres-revoke.ts'
import { postgresRowSecurity } from './postgres-row-security.ts'
import { postgresSequenceEnd } from './postgres-sequence-end.ts'
import { postgresStateCheck } from './postgres-state-check.ts'
import { postgresSyncStandby } from './postgres-sync-standby.ts'
import { postgresUniqueIndex } from './postgres-unique-index.ts'
import { secondConsumer } from './second-consumer.ts'
import { pricesByHand } from './prices-by-hand.ts'
import { cacheScan } from './cache-scan.ts'
import { waitingMigration } from './waiting-migration.ts'
import { heavyReport } from './heavy-report.ts'
import { processHang } from './process-hang.ts'
import { processKill } from './process-kill.ts'
import { queueBacklog } from './queue-backlog.ts'
import { queueLostBinding } from './queue-lost-binding.ts'
import { queuePoison } from './queue-poison.ts'
import { queueSizePolicy } from './queue-size-policy.ts'
import { replicaLag } from './replica-lag.ts'
import { redisDelay } from './redis-delay.ts'
import { cacheHardened } from './cache-hardened.ts'
import { cacheRestricted } from './cache-restricted.ts'
import { cacheTornEntry } from './cache-torn-entry.ts'
import { outboxFilter } from './outbox-filter.ts'
import { postgresAuditTrigger } from './postgres-audit-trigger.ts'
import { redisFlush } from './redis-flush.ts'
import { scheduledLimits } from './scheduled-limits.ts'
import { redisMemoryLimit } from './redis-memory-limit.ts'
import { redisPause } from './redis-pause.ts'
import { slowBank } from './slow-bank.ts'
import { targetLost } from './target-lost.ts'
import { meshDenied } from './mesh-denied.ts'
import { strictEjection } from './strict-ejection.ts'
import { wornConnections } from './worn-connections.ts'
import { queueStrayBinding } from './queue-stray-binding.ts'
import { queueAgePolicy } from './queue-age-policy.ts'

export const faults: readonly AnyFault[] = [
  noop,
  processKill,
  processHang,
  badRelease,
  canaryRelease,
  badConfig,
  featureFlag,
  slowBank,
  hangingBank,
  postgresLock,
  postgresConnectionLimit,
  postgresMissingIndex,
  redisMemoryLimit,
  queuePoison,
  loadSpike,
  cpuBurn,
  descriptorLimit,
  postgresConnections,
  postgresReadOnly,
  postgresBadPlan,
  postgresRoleSetting,
  postgresRevoke,
  postgresSequenceEnd,
  postgresSyncStandby,
  secondConsumer,
  pricesByHand,
  cacheScan,
  waitingMigration,
  heavyReport,
  redisFlush,
  cacheTornEntry,
  cacheRestricted,
  scheduledLimits,
  postgresAuditTrigger,
  outboxFilter,
  postgresMandatoryColumn,
  postgresStateCheck,
  postgresRowSecurity,
  postgresUniqueIndex,
  postgresLocalTime,
  cacheHardened,
  hoardingConsumer,
  queueSizePolicy,
  queueAgePolicy,
  queueStrayBinding,
  migrationLock,
  nightlyBackup,
  replicaLag,
  carelessStatement,
  journalFull,
  cacheVolumeFull,
  clockSkew,
  redisPause,
  brokerMemoryAlarm,
  queueBacklog,
  queueLostBinding,
  hotProduct,
  botFlood,
  targetLost,
  alertNoise,
  lyingRule,
  redisDelay,
  httpDelay,
  httpBandwidth,
  httpReset,
  tightTimeout,
  httpAbort,
  networkPartition,
  badCertificate,
  mtlsMismatch,
  tightBreaker,
  looseRetries,
  strictEjection,
  meshDenied,
  wornConnections,
  clusterSelector,
  clusterTargetPort,
  clusterLiveness,
  clusterMemory,
  clusterQuota,
  clusterEnvironment,
  clusterReadiness,
  clusterHalfRollout,
  clusterAutoscaler,
  clusterCredential,
  clusterQueuePolicy,
  clusterDrain,
  clusterImage,
  clusterRequest,
  clusterNodeSelector,
  clusterScaled,
  clusterStartup,
  clusterSecretKey,
  clusterHostAlias,
  clusterSubset,
  clusterEgress,
  clusterForeignPods,
  clusterPaused,
  clusterInitCycle,
  clusterNoSidecar,
  clusterAppProtocol,
]

/**
 * The features that a fault needs with these parsed parameters and the range lacks; empty if it can be injected. Without parameters, only what the
 * fault needs in any case is considered.
 */
export const lackedFor = ({ needs }: Pick<AnyFault, 'needs'>, params: unknown, { lacks }: Pick<Range, 'lacks'>): RangeFeature[] =>
  (needs?.(params) ?? []).filter((feature) => lacks.includes(feature))

export function faultById(id: string): AnyFault {
  const fault = faults.find((candidate) => candidate.id === id)
  if (!fault) throw new FiredrillError('not-found', `there is no fault '${id}': choose ${faults.map((known) => known.id).join(', ')}`)
  return fault
}
