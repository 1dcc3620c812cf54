import type { Range } from '../../../model/range.ts'
import { deploymentOf, releasesOf } from '../../releases.ts'
import { localBackups } from './backups.ts'
import { localCache } from './cache.ts'
import { localCanary } from './canary.ts'
import { libfaketime } from '../../binaries.ts'
import { clocks, setClock } from './clocks.ts'
import { localDatabase } from './database.ts'
import { descriptors, limitDescriptors } from './descriptors.ts'
import { localFlags } from './flags.ts'
import { localJobs } from './jobs.ts'
import { localLoad } from './load.ts'
import { localMesh, refreshMesh } from './mesh.ts'
import { localMonitoring } from './monitoring.ts'
import { canMount } from './mounts.ts'
import { localReplica } from './replica.ts'
import { localQueue } from './queue.ts'
import type { LocalTarget } from './target.ts'
import { mustBeUnchanged } from '../../unchanged.ts'
import { localVolumes } from './volumes.ts'

/**
 * The `Range` of this machine. Each call opens its connections and closes them: none becomes stale when a component restarts. `mayMount` says whether its data stores
 * can have volumes here; it may try to mount one.
 */
export function localRange(target: LocalTarget, mayMount = canMount): Range {
  const { context, state } = target
  const withoutClocks = libfaketime() ? [] : (['clocks'] as const)
  return {
    get lacks(): Range['lacks'] {
      return [...withoutClocks, ...(mayMount() ? [] : (['volumes'] as const)), 'cluster']
    },
    cluster: null,
    status: (asked) => target.status(false, asked),

    processes: {
      start: async (name) => void (await target.start(name)),
      stop: (name) => target.stop(name),
      restart: (name) => target.restart(name),
      signal: (name, signal) => target.signal(name, signal),
      descriptors: async (name) => descriptors(state.run(name)),
      limitDescriptors: async (name, limit) => limitDescriptors(state.run(name), limit),
      clocks: () => clocks(context),
      setClock: (service, offsetSeconds) => setClock(target, service, offsetSeconds),
    },

    releases: localReleases(target),

    config: {
      get: async (service) => state.overrides(service),
      async set(service, overrides, _by, ifAre) {
        const before = state.overrides(service)
        mustBeUnchanged(`settings of ${service}`, before, ifAre)
        if (JSON.stringify(before) === JSON.stringify(overrides)) return
        state.setOverrides(service, overrides)
        await target.restart(service)
      },
    },

    flags: localFlags(target),

    database: localDatabase(context),

    backups: localBackups(target),

    replica: localReplica(target),

    get volumes() {
      return mayMount() ? localVolumes(target) : null
    },

    cache: localCache(context),

    queue: localQueue(context),

    jobs: localJobs(target),

    load: localLoad(context, () => state.config().users),

    mesh: localMesh(target),

    monitoring: localMonitoring(target),
  }
}

function localReleases(target: LocalTarget): Range['releases'] {
  const { context, state } = target
  return {
    list: (service) => releasesOf(context.root, service).releases,
    baseline: (service) => releasesOf(context.root, service).baseline,
    current: async (service) => target.currentVersion(service),
    history: async () => state.deployments(),
    async deploy(service, version, by) {
      const previous = target.currentVersion(service)
      const deployment = deploymentOf(context.root, service, version, previous, by)
      if (version !== previous) {
        state.recordDeployment(deployment)
        await target.restart(service)
        await refreshMesh(target)
      }
      return deployment
    },
    ...localCanary(target),
  }
}
