import { spawn } from 'node:child_process'
import { cpus } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { openLocalRange } from '../control/wiring.ts'
import { serviceNames } from '../model/components.ts'
import { startWhenSteady } from '../model/start-when-steady.ts'
import { until } from '../model/until.ts'
import { localRange } from '../range/targets/local/range.ts'
import { atLeast, atMost, atRest, quantile, told, type BenchContext, type Benchmark, type Row } from './benchmark.ts'
import { usageOf } from './usage.ts'

/** The number of users of a new range. */
const users = 30
/** `BENCH_RANGE=rest` measures CPU and memory only: it takes two minutes. */
const onlyAtRest = process.env['BENCH_RANGE'] === 'rest'
const settleMs = 30_000
const restMs = 60_000
const rounds = 5
const roundMs = 6_000
const inFlight = 24
/** How long users are affected by a fault before its drill is ended. */
const feltMs = 5_000

/** The cost of the range: CPU and memory at its usual load, what telemetry costs the shop, and how soon it is restored. */
export const rangeBenchmark: Benchmark = {
  name: 'range',
  title: 'CPU and memory at rest, the price of telemetry, a reset, and the end of a drill',
  async run(context) {
    const { state, client, say } = context
    const before = (await client.get('/api/load')).users
    await client.put('/api/load', { body: { users } })
    await atRest(context)
    say(`${users} users for ${(settleMs + restMs) / 1_000} s`)
    await delay(settleMs)
    const target = openLocalRange(state.dir)
    const usage = (await usageOf(target, restMs)).toSorted((one, other) => other.cores - one.cores)
    const total = (of: 'cores' | 'megabytes') => usage.reduce((sum, component) => sum + component[of], 0)
    const rest: Row[] = [
      atMost(`CPU of the whole range at ${users} users`, total('cores'), 'cores', 0.6),
      atMost(`memory of the whole range at ${users} users`, total('megabytes'), 'MB', 1_200),
      ...usage.flatMap(({ name, cores, megabytes }) => [told(`${name}: CPU`, cores, 'cores'), told(`${name}: memory`, megabytes, 'MB')]),
    ]
    if (onlyAtRest) {
      await client.put('/api/load', { body: { users: before } })
      return rest
    }

    await client.put('/api/load', { body: { users: 0 } })
    const range = localRange(target)
    const url = `http://127.0.0.1:${target.context.port('gateway-inbound')}/api/products`
    const rates: Record<'with' | 'without', number[]> = { with: [], without: [] }
    for (let round = 0; round < rounds; round++) {
      for (const telemetry of ['with', 'without'] as const) {
        for (const service of serviceNames) {
          await range.config.set(service, telemetry === 'with' ? {} : { OTEL_SDK_DISABLED: 'true' }, 'bench')
        }
        await until('the shop to be ready', 60_000, async () => (await range.status()).every(({ healthy }) => healthy))
        await drive(url, roundMs / 4)
        const rate = await drive(url, roundMs)
        say(`round ${round + 1}, ${telemetry} telemetry: ${rate.toFixed(0)} requests/s`)
        rates[telemetry].push(rate)
      }
    }
    for (const service of serviceNames) await range.config.set(service, {}, 'bench')
    await client.put('/api/load', { body: { users: before } })
    await until('the range to be steady', 90_000, async () => (await client.get('/api/health')).healthy)
    const resetSeconds = await seconds(() => client.post('/api/reset'))
    const ends: Row[] = []
    for (const busy of [false, true]) {
      for (const wanted of ended) {
        const took = await endOfDrill(context, wanted, busy)
        say(`${wanted.scenario} ended ${busy ? 'beside busy cores ' : ''}after ${took.toFixed(1)} s`)
        ends.push(
          atMost(`ending a drill (${wanted.scenario})${busy ? ', every core busy' : ''}: until the range is restored`, took, 's', 5),
        )
      }
    }
    const median = (values: number[]) => quantile(values, 0.5)
    return [
      ...rest,
      told('requests/s with telemetry, median', median(rates.with), '/s'),
      told('requests/s without, median', median(rates.without), '/s'),
      atLeast('throughput with telemetry ÷ without', median(rates.with) / median(rates.without), '×', 0.8),
      atMost('reset', resetSeconds, 's', 5),
      ...ends,
    ]
  },
}

/** Time for a restore: for a rollback of a release, or a changed limit of the broker. */
const ended = [{ scenario: 'slow-shelves' }, { scenario: 'full-outbox', variant: 'memory' }] as const

/** Ends a drill some seconds after its fault was injected, and returns how long it takes until the range is restored. */
async function endOfDrill(context: BenchContext, wanted: (typeof ended)[number], busy: boolean): Promise<number> {
  const { client } = context
  await atRest(context)
  const { id } = await startWhenSteady(client, { ...wanted, trainee: 'bench', mode: 'rehearsal' }, 60_000)
  await until('the fault to be in', 60_000, async () => (await client.get('/api/faults')).open.length > 0)
  const loops = busy ? cpus().map(() => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })) : []
  try {
    await delay(feltMs)
    return await seconds(() => client.post('/api/drills/:id/abort', { id }))
  } finally {
    for (const loop of loops) loop.kill('SIGKILL')
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return (performance.now() - startedAt) / 1_000
}

/** Requests pages without pause, this many at a time; returns responses per second. */
async function drive(url: string, forMs: number): Promise<number> {
  const dispatcher = new Agent({ connections: inFlight })
  const endAt = performance.now() + forMs
  let answers = 0
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: inFlight }, async (_, worker) => {
      for (let page = worker; performance.now() < endAt; page++) {
        const { statusCode, body } = await request(`${url}?page=${1 + (page % 100)}`, { dispatcher })
        await body.dump()
        if (statusCode === 200) answers++
      }
    }),
  )
  await dispatcher.close()
  return answers / ((performance.now() - startedAt) / 1_000)
}
