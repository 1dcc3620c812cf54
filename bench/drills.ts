import { startWhenSteady } from '../model/start-when-steady.ts'
import { openLocalRange } from '../control/wiring.ts'
import { until } from '../model/until.ts'
import { atMost, exactly, mean, quantile, told, type Benchmark } from './benchmark.ts'

/** `BENCH_DRILLS` plays fewer, or more. */
const count = Number(process.env['BENCH_DRILLS'] ?? 100)
/** Memory is compared between the first and the last drills, this many each. */
const compared = Math.max(1, Math.min(10, Math.floor(count / 4)))

/**
 * Drills one after another, each ended as soon as all of its faults are injected: this measures what they leave behind. Scenarios in turn; as
 * rehearsals, so that they count for nobody.
 */
export const drillsBenchmark: Benchmark = {
  name: 'drills',
  title: `${count} drills in a row`,
  async run({ state, client, say }) {
    const { scenarios: all } = await client.get('/api/scenarios')
    const scenarios = all.filter(({ playable }) => playable)
    const before = await client.get('/api/fingerprint')
    const target = openLocalRange(state.dir)
    const memory: number[] = []
    const seconds: number[] = []
    let drifted = 0
    for (let index = 0; index < count; index++) {
      const { id = '' } = scenarios[index % scenarios.length] ?? {}
      const startedAt = performance.now()
      await until('the range to be healthy', 120_000, async () => (await client.get('/api/health')).healthy)
      const { timeline } = await client.get('/api/scenarios/:id/plan', { id })
      const drill = await startWhenSteady(client, { scenario: id, mode: 'rehearsal', trainee: 'bench' }, 60_000)
      await until('every fault to be in', 120_000, async () => {
        const { events } = await client.get('/api/drills/:id', { id: drill.id })
        return events.filter(({ type }) => type === 'fault-injected').length >= timeline.length
      })
      await client.post('/api/drills/:id/finish', { id: drill.id })
      const { hash, parts } = await client.get('/api/fingerprint')
      if (hash !== before.hash) {
        drifted++
        const left = Object.keys(parts).filter((part) => JSON.stringify(parts[part]) !== JSON.stringify(before.parts[part]))
        say(`${id} left behind: ${left.join(', ')}`)
      }
      memory.push((await target.status(true)).reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0) / 1024 / 1024)
      seconds.push((performance.now() - startedAt) / 1_000)
      if ((index + 1) % 10 === 0) say(`${index + 1} drills, ${Math.round(memory.at(-1) ?? 0)} MB`)
    }
    return [
      told('drills', count),
      exactly('drills after which the fingerprint differed', drifted, '', 0),
      told('a drill, median', quantile(seconds, 0.5), 's'),
      told(`memory over the first ${compared}`, mean(memory.slice(0, compared)), 'MB'),
      told(`memory over the last ${compared}`, mean(memory.slice(-compared)), 'MB'),
      atMost('last ÷ first', mean(memory.slice(-compared)) / mean(memory.slice(0, compared)), '×', 1.1),
    ]
  },
}
