import { verifyScenario } from '../control/verify.ts'
import { until } from '../model/until.ts'
import { exactly, quantile, told, type Benchmark, type BenchContext } from './benchmark.ts'

const times = 3

/** Every scenario, three times in a row; after each one the users pause, until every promise about orders can be checked to the last. */
export const verifyBenchmark: Benchmark = {
  name: 'verify',
  title: 'every scenario three times in a row, and what is left of the orders',
  async run(context) {
    const { client, say } = context
    const { scenarios } = await client.get('/api/scenarios')
    const failed: string[] = []
    const toPage: number[] = []
    const toHealthy: number[] = []
    const violations: Record<string, number> = {}
    let unexpected = 0
    let restored = 0
    let played = 0
    for (let round = 0; round < times; round++) {
      for (const { id } of scenarios.filter(({ playable }) => playable)) {
        const result = await verifyScenario(client, id)
        played++
        if (!result.ok) failed.push(`${id}: ${[...result.problems, ...result.unexpectedPages].join('; ')}`)
        unexpected += result.unexpectedPages.length
        if (result.restored) restored++
        if (result.secondsToPage !== null) toPage.push(result.secondsToPage)
        if (result.secondsToHealthy !== null) toHealthy.push(result.secondsToHealthy)
        for (const [name, count] of Object.entries(await atQuietTime(context))) violations[name] = (violations[name] ?? 0) + count
        say(
          `  ${id}: ${result.ok ? 'ok' : failed.at(-1)}, page after ${result.secondsToPage} s, healthy after ${result.secondsToHealthy} s`,
        )
      }
    }
    return [
      exactly('scenarios that failed', failed.length, `of ${played}`, 0),
      exactly('unexpected pages', unexpected, '', 0),
      exactly('fingerprint not restored', played - restored, '', 0),
      ...Object.entries(violations).map(([name, count]) => exactly(`orders: ${name.replaceAll('_', ' ')}`, count, '', 0)),
      told('fault → page, median', quantile(toPage, 0.5), 's'),
      told('fix → healthy, median', quantile(toHealthy, 0.5), 's'),
    ]
  },
}

/** Stops the users, waits for everything under way, and counts violations then: nothing is left that time would still repair. */
async function atQuietTime({ client }: BenchContext): Promise<Record<string, number>> {
  const { users } = await client.get('/api/load')
  const violations = async () => (await client.get('/api/invariants')).violations
  await client.put('/api/load', { body: { users: 0 } })
  try {
    await until('no user to be left', 30_000, async () => (await client.get('/api/load')).users === 0)
    await until(
      'every promise about orders to hold',
      30_000,
      async () => Object.values(await violations()).every((count) => count === 0),
      500,
    ).catch(() => {})
    return await violations()
  } finally {
    await client.put('/api/load', { body: { users } })
  }
}
