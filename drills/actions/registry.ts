import type { AnyAction } from '../../model/action.ts'
import type { Range } from '../../model/range.ts'
import { FiredrillError } from '../../model/errors.ts'
import { applyFlags } from './apply-flags.ts'
import { applyManifest } from './apply-manifest.ts'
import { applyMeshPolicy } from './apply-mesh-policy.ts'
import { inspectMesh } from './inspect-mesh.ts'
import { issueCertificate } from './issue-certificate.ts'
import { liftQuota } from './lift-quota.ts'
import { listCertificates } from './list-certificates.ts'
import { listClocks } from './list-clocks.ts'
import { rollBackMeshPolicy } from './roll-back-mesh-policy.ts'
import { setMeshRetries } from './set-mesh-retries.ts'
import { setMeshTimeout } from './set-mesh-timeout.ts'
import { bindQueue } from './bind-queue.ts'
import { admitReplicaAction } from './admit-replica.ts'
import { changeSetting } from './change-setting.ts'
import { changeStoreSetting } from './change-store-setting.ts'
import { copyTableBack } from './copy-table-back.ts'
import { directReads } from './direct-reads.ts'
import { dropRestored } from './drop-restored.ts'
import { listBackups } from './list-backups.ts'
import { restoreBeside } from './restore-beside.ts'
import { createIndex } from './create-index.ts'
import { deleteVolumeFile } from './delete-volume-file.ts'
import { deploy } from './deploy.ts'
import { endCanaryAction } from './end-canary.ts'
import { extendVolume } from './extend-volume.ts'
import { flushCache } from './flush-cache.ts'
import { grantRightsAction } from './grant-rights.ts'
import { listSequences } from './list-sequences.ts'
import { endReplicaSession } from './end-replica-session.ts'
import { extendSequence } from './extend-sequence.ts'
import { resetReplicaSettingsAction } from './reset-replica-settings.ts'
import { resetServerSettingsAction } from './reset-server-settings.ts'
import { inspectBroker } from './inspect-broker.ts'
import { inspectCache } from './inspect-cache.ts'
import { inspectMonitoring } from './inspect-monitoring.ts'
import { limitRate } from './limit-rate.ts'
import { listDatabaseSettings } from './list-database-settings.ts'
import { listEvents } from './list-events.ts'
import { listJobs } from './list-jobs.ts'
import { describeWorkload } from './describe-workload.ts'
import { listAutoscalers } from './list-autoscalers.ts'
import { listDisruptionBudgets } from './list-disruption-budgets.ts'
import { listNetworkPolicies } from './list-network-policies.ts'
import { scaleDeployment } from './scale-deployment.ts'
import { setAutoscaler } from './set-autoscaler.ts'
import { listPods } from './list-pods.ts'
import { listReleases } from './list-releases.ts'
import { listFlags } from './list-flags.ts'
import { listSettings } from './list-settings.ts'
import { listStoreSettings } from './list-store-settings.ts'
import { listServices } from './list-services.ts'
import { listSessions } from './list-sessions.ts'
import { listStatements } from './list-statements.ts'
import { listVolumes } from './list-volumes.ts'
import { peekQueue } from './peek-queue.ts'
import { purgeQueue } from './purge-queue.ts'
import { quarantineMessage } from './quarantine-message.ts'
import { removeRules } from './remove-rules.ts'
import { replayDeadLetters } from './replay-dead-letters.ts'
import { resetDatabaseSettings } from './reset-database-settings.ts'
import { restartProxy } from './restart-proxy.ts'
import { restart } from './restart.ts'
import { resumeCache } from './resume-cache.ts'
import { resumeReplay } from './resume-replay.ts'
import { rollBack } from './roll-back.ts'
import { scrapeComponent } from './scrape-component.ts'
import { setBrokerMemory } from './set-broker-memory.ts'
import { setCacheMemory } from './set-cache-memory.ts'
import { showReplication } from './show-replication.ts'
import { setFlag } from './set-flag.ts'
import { stopJob } from './stop-job.ts'
import { synchroniseClock } from './synchronise-clock.ts'
import { switchBank } from './switch-bank.ts'
import { terminateSession } from './terminate-session.ts'

export const actions: readonly AnyAction[] = [
  listReleases,
  listSettings,
  listFlags,
  listSessions,
  listStatements,
  listDatabaseSettings,
  listStoreSettings,
  listSequences,
  listBackups,
  showReplication,
  listVolumes,
  listJobs,
  peekQueue,
  inspectBroker,
  inspectCache,
  inspectMonitoring,
  inspectMesh,
  listCertificates,
  listClocks,
  restart,
  restartProxy,
  rollBack,
  deploy,
  endCanaryAction,
  synchroniseClock,
  changeSetting,
  setFlag,
  applyFlags,
  changeStoreSetting,
  switchBank,
  limitRate,
  stopJob,
  terminateSession,
  resetDatabaseSettings,
  resetServerSettingsAction,
  grantRightsAction,
  extendSequence,
  createIndex,
  deleteVolumeFile,
  extendVolume,
  restoreBeside,
  copyTableBack,
  dropRestored,
  directReads,
  resumeReplay,
  endReplicaSession,
  resetReplicaSettingsAction,
  admitReplicaAction,
  flushCache,
  setCacheMemory,
  resumeCache,
  quarantineMessage,
  replayDeadLetters,
  purgeQueue,
  bindQueue,
  setBrokerMemory,
  scrapeComponent,
  removeRules,
  setMeshRetries,
  setMeshTimeout,
  applyMeshPolicy,
  rollBackMeshPolicy,
  issueCertificate,
  listPods,
  listServices,
  describeWorkload,
  listAutoscalers,
  listNetworkPolicies,
  listDisruptionBudgets,
  listEvents,
  applyManifest,
  liftQuota,
  scaleDeployment,
  setAutoscaler,
]

/** Actions of responders: an action for which the range lacks something is not offered. */
export const actionsFor = (range: Pick<Range, 'lacks'>): AnyAction[] =>
  actions.filter(({ needs = [] }) => !needs.some((need) => range.lacks.includes(need)))

export function actionById(id: string): AnyAction {
  const action = actions.find((candidate) => candidate.id === id)
  if (!action) throw new FiredrillError('not-found', `there is no action '${id}': choose ${actions.map((known) => known.id).join(', ')}`)
  return action
}
