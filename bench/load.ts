import { setTimeout as delay } from 'node:timers/promises'
import { openLocalRange } from '../control/wiring.ts'
import { between, told, withoutUsers, type Benchmark, type Row } from './benchmark.ts'

/** Requested page views a second. */
const steps = [25, 50, 100, 200]
/** Then higher rates, until the shop or the load generator cannot keep up. */
const furtherBy = 1.3
const furthest = 1_000
const settleMs = 4_000
const measureMs = 12_000
const followsFrom = 0.98

/** Whether the load is as requested, and where that ends. */
export const loadBenchmark: Benchmark = {
  name: 'load',
  title: 'achieved ÷ requested load, and the knee',
  async run({ state, client, say }) {
    const mix = await client.get('/api/load/mix')
    const metrics = `http://127.0.0.1:${openLocalRange(state.dir).context.port('locust')}/locust/metrics`
    const measured: { asked: number; ratio: number }[] = []
    async function measure(asked: number): Promise<number> {
      await client.put('/api/load/mix', { body: { ...mix, rate: asked } })
      await delay(settleMs)
      const from = { at: performance.now(), count: await good(metrics) }
      await delay(measureMs)
      const to = { at: performance.now(), count: await good(metrics) }
      const rate = ((to.count - from.count) * 1_000) / (to.at - from.at)
      say(`${asked}/s asked for, ${rate.toFixed(1)}/s were served`)
      measured.push({ asked, ratio: rate / asked })
      return rate / asked
    }
    await withoutUsers({ client }, async () => {
      let follows = true
      for (let asked = steps[0] ?? 0; follows && asked <= furthest; asked = steps[measured.length] ?? Math.round(asked * furtherBy)) {
        follows = (await measure(asked)) >= followsFrom
      }
    }).finally(() => client.put('/api/load/mix', { body: mix }))
    const knee = measured.findLast(({ ratio }) => ratio >= followsFrom)?.asked ?? 0
    const rows = measured.map(({ asked, ratio }): Row => {
      const metric = `achieved ÷ requested at ${asked}/s`
      return asked <= Math.max(knee, 25) ? between(metric, ratio, '×', 0.98, 1.02) : told(metric, ratio, '×')
    })
    return [...rows, told('the knee: the last step that was followed', knee, '/s')]
  },
}

/** Successful requests so far, as Locust counts them. */
async function good(url: string): Promise<number> {
  const text = await (await fetch(url)).text()
  return [...text.matchAll(/^user_requests_total\{[^}]*outcome="(?:good|slow)"\} (\d+)/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  )
}
