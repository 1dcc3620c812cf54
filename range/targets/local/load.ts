import { z } from 'zod'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import { checked, checkedJson } from '../../../model/outside.ts'
import { until } from '../../../model/until.ts'
import type { LoadStatus, Range } from '../../../model/range.ts'
import { loadStates } from '../../../model/range/load.ts'
import { loadMix } from '../../../model/range/schemas.ts'
import type { RangeContext } from '../../context.ts'

const callTimeoutMs = 10_000
/** The part of Locust's answer to a change of its users that is used. */
const swarmAnswer = z.object({ success: z.boolean().optional() })
/** The part of Locust's own statistics that is used; missing values count as zero. */
const statistics = z.object({
  state: z.enum(loadStates).default('missing'),
  user_count: z.number().default(0),
  current_rps: z.number().default(0),
  current_fail_per_sec: z.number().default(0),
  workers: z.array(z.object({ state: z.string() })).default([]),
  current_response_time_percentiles: z.record(z.string(), z.number().nullable()).default({}),
})

/** Locust, through the API of its web server. */
export function localLoad(context: RangeContext, usual: () => number): Range['load'] {
  const mixUrl = `http://127.0.0.1:${context.port('locust')}/locust/mix`
  return {
    get usual() {
      return usual()
    },
    status: () => loadStatus(context),
    async setUsers(users) {
      const base = `http://127.0.0.1:${context.port('locust')}/locust`
      // Two seconds for any number of added or removed users; Locust removes them at the same rate.
      const changing = Math.abs(users - (await loadStatus(context)).users)
      const body = new URLSearchParams({ user_count: String(users), spawn_rate: String(Math.max(10, Math.ceil(changing / 2))) })
      const signal = AbortSignal.timeout(callTimeoutMs)
      const asked = users === 0 ? { path: 'stop' } : { path: 'swarm', body }
      const response = await fetch(`${base}/${asked.path}`, { method: 'POST', ...asked, signal }).catch((error: unknown) => {
        throw new FiredrillError('component-unreachable', `Locust: ${describeError(error)}`, { cause: error })
      })
      const text = await response.text()
      const accepted = response.ok && checkedJson(swarmAnswer, text, 'the answer of Locust').success === true
      if (!accepted) {
        throw new FiredrillError('component-failed', `Locust would not set ${users} users: ${response.status} ${text.slice(0, 200)}`)
      }
      await until(`Locust to come to ${users} users`, callTimeoutMs, async () => (await loadStatus(context)).users === users, 100)
    },
    mix: async () => checked(loadMix, await ask(mixUrl), 'the mix of Locust'),
    async setMix(mix) {
      await ask(mixUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(mix) })
    },
  }
}

async function ask(url: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(callTimeoutMs) }).catch((error: unknown) => {
    throw new FiredrillError('component-unreachable', `Locust: ${describeError(error)}`, { cause: error })
  })
  if (!response.ok) throw new FiredrillError('component-failed', `Locust answered ${response.status}`)
  return response.json()
}

async function loadStatus(context: RangeContext): Promise<LoadStatus> {
  const url = `http://127.0.0.1:${context.port('locust')}/locust/stats/requests`
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch((error: unknown) => {
    throw new FiredrillError('component-unreachable', `Locust: ${describeError(error)}`, { cause: error })
  })
  const stats = checked(statistics, await response.json(), 'what Locust counts')
  const percentiles = stats.current_response_time_percentiles
  return {
    state: stats.state,
    workers: stats.workers.filter(({ state }) => state !== 'missing').length,
    users: stats.user_count,
    rps: stats.current_rps,
    failRatio: stats.current_rps ? stats.current_fail_per_sec / stats.current_rps : 0,
    p50Ms: percentiles['response_time_percentile_0.5'] ?? null,
    p95Ms: percentiles['response_time_percentile_0.95'] ?? null,
  }
}
