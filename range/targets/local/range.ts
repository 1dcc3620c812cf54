import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import type { Range } from '../../../model/range.ts'
import { databaseUrl, jobEnvironment } from '../../components/service.ts'
import { logFile } from '../../context.ts'
import { deploymentOf, releasesOf } from '../../releases.ts'
import { isThere } from './identity.ts'
import { localCanary } from './canary.ts'
import { descriptors, limitDescriptors } from './descriptors.ts'
import { localLoad } from './load.ts'
import { localMesh, refreshMesh } from './mesh.ts'
import { localMonitoring } from './monitoring.ts'
import { terminate } from './process.ts'
import { localQueue } from './queue.ts'
import type { LocalTarget } from './target.ts'

const callTimeoutMs = 10_000

/** The `Range` of this machine. Each call opens what it needs and closes it: nothing goes stale when a component restarts. */
export function localRange(target: LocalTarget): Range {
  const { context, state } = target
  return {
    lacks: ['cluster'],
    cluster: null,
    status: (asked) => target.status(false, asked),

    processes: {
      start: async (name) => void (await target.start(name)),
      stop: (name) => target.stop(name),
      restart: (name) => target.restart(name),
      signal: (name, signal) => target.signal(name, signal),
      descriptors: async (name) => descriptors(state.run(name)),
      limitDescriptors: async (name, limit) => limitDescriptors(state.run(name), limit),
    },

    releases: {
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
    },

    config: {
      get: async (service) => state.overrides(service),
      async set(service, overrides) {
        const before = state.overrides(service)
        if (JSON.stringify(before) === JSON.stringify(overrides)) return
        state.setOverrides(service, overrides)
        await target.restart(service)
      },
    },

    database: {
      async query<Row extends Record<string, unknown>>(sql: string, params: unknown[] = []) {
        const client = new pg.Client({
          connectionString: databaseUrl(context, 'postgres'),
          connectionTimeoutMillis: 5_000,
          query_timeout: callTimeoutMs,
          application_name: 'firedrill',
          // An administrator can write even where the database was set to read only.
          options: '-c default_transaction_read_only=off',
        })
        client.on('error', () => {})
        try {
          await client.connect()
          return (await client.query<Row>(sql, params)).rows
        } catch (error) {
          throw new FiredrillError('component-unreachable', `PostgreSQL: ${describeError(error)}`, { cause: error })
        } finally {
          await client.end().catch(() => {})
        }
      },
    },

    cache: {
      async command(name, ...args) {
        const client = new Redis(context.port('redis'), '127.0.0.1', {
          lazyConnect: true,
          connectTimeout: 3_000,
          commandTimeout: 5_000,
          maxRetriesPerRequest: 0,
          retryStrategy: () => null,
        })
        client.on('error', () => {})
        try {
          await client.connect()
          return await client.call(name, ...args)
        } catch (error) {
          throw new FiredrillError('component-unreachable', `Redis: ${describeError(error)}`, { cause: error })
        } finally {
          client.disconnect()
        }
      },
    },

    queue: localQueue(context),

    jobs: {
      async start(name, params, tier = 'shop') {
        const id = `${name}-${randomUUID().slice(0, 8)}`
        const startedAt = Date.now()
        const identity = await target.launch(
          {
            file: context.binaries.node,
            args: [path.join(context.root, 'shop', 'jobs', `${name}.ts`)],
            cwd: context.root,
            env: jobEnvironment(context, name, params),
          },
          `job-${id}`,
          tier,
          logFile(context, 'jobs'),
        )
        state.setRun(`job-${id}`, { ...identity, startedAt, readyAfterMs: 0, stopping: false })
        return id
      },
      async stop(id) {
        const record = state.run(`job-${id}`)
        if (!record) return
        await terminate(record, { signal: 'SIGTERM', deadlineMs: 2_000 })
        state.clearRun(`job-${id}`)
      },
      running: async () => state.jobs().filter((id) => isThere(state.run(`job-${id}`))),
    },

    load: localLoad(context, () => state.config().users),

    mesh: localMesh(target),

    monitoring: localMonitoring(target),
  }
}
