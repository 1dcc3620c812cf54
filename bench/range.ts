import { Agent, request } from 'undici'
import { openLocalRange } from '../control/wiring.ts'
import { serviceNames } from '../model/components.ts'
import type { LoadStatus } from '../model/range.ts'
import { localRange } from '../range/targets/local/range.ts'
import { atLeast, atMost, quantile, told, until, type Benchmark } from './benchmark.ts'

const users = 50
const settleMs = 30_000
const rounds = 5
const roundMs = 6_000
const inFlight = 24

/** What the range costs: memory under load, what telemetry takes from the shop, and how soon it is as new. */
export const rangeBenchmark: Benchmark = {
  name: 'range',
  title: 'memory, the price of telemetry, and a reset',
  async run({ state, client, say }) {
    const before = (await client.get<LoadStatus>('/api/load')).users
    await client.put('/api/load', { users })
    say(`${users} users for ${settleMs / 1_000} s`)
    await new Promise((resolve) => setTimeout(resolve, settleMs))
    const target = openLocalRange(state.dir)
    const memory = (await target.status(true)).reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0) / 1024 / 1024

    await client.put('/api/load', { users: 0 })
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
    await client.put('/api/load', { users: before })
    await until('the range to be steady', 90_000, async () => (await client.get<{ healthy: boolean }>('/api/health')).healthy)
    const startedAt = performance.now()
    await client.post('/api/reset')
    const resetSeconds = (performance.now() - startedAt) / 1_000
    const median = (values: number[]) => quantile(values, 0.5)
    return [
      atMost(`memory of the whole range at ${users} users`, memory, 'MB', 1_600),
      told('requests/s with telemetry, median', median(rates.with), '/s'),
      told('requests/s without, median', median(rates.without), '/s'),
      atLeast('throughput with telemetry ÷ without', median(rates.with) / median(rates.without), '×', 0.8),
      atMost('reset', resetSeconds, 's', 5),
    ]
  },
}

/** Asks for pages without pause, so many at a time; returns answers a second. */
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
