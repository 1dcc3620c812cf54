import { openLocalRange, rangeOf } from '../control/wiring.ts'
import { serviceNames } from '../model/components.ts'
import { exactly, told, until, type BenchContext, type Benchmark, type Row } from './benchmark.ts'

const perSecond = 100
const kills = 10

/** What the shop in a cluster goes through as a production shop would: needs a range whose shop is in one. */
export const kubernetesBenchmark: Benchmark = {
  name: 'kubernetes',
  title: 'the shop in a cluster: pods, roll-outs under load, pods killed at random',
  async run({ state, client, say }) {
    const range = rangeOf(openLocalRange(state.dir))
    const { cluster } = range
    if (!cluster) return [told('the shop is in', "no cluster: 'firedrill up --target kubernetes'")]
    const pods = await cluster.pods()
    const notReady = pods.filter(({ ready, phase }) => phase !== 'Running' || ready.split('/')[0] !== ready.split('/')[1])
    const rows: Row[] = [told('pods', pods.length), exactly('pods that are not ready', notReady.length, '', 0)]

    say(`rolling out every service at ${perSecond} requests a second more`)
    await range.load.setMix({ hotShare: 0, bots: 0, rate: perSecond })
    try {
      const failedBefore = await failures(state)
      const startedAt = Date.now()
      for (const service of serviceNames) await range.processes.restart(service)
      rows.push(told('a roll-out', (Date.now() - startedAt) / 1_000 / serviceNames.length, 's'))
      rows.push(exactly('requests that failed while every service was rolled out', (await failures(state)) - failedBefore, '', 0))
    } finally {
      await range.load.setMix({ hotShare: 0, bots: 0, rate: 0 })
    }

    const victims = Array.from({ length: kills }, () => serviceNames[Math.floor(Math.random() * serviceNames.length)] ?? 'orders')
    say(`killing pods of ${victims.join(', ')}`)
    for (const service of victims) {
      await cluster.deletePods(service)
      await until(`${service} to be back`, 120_000, async () =>
        (await range.status()).some(({ name, healthy }) => name === service && healthy),
      )
    }
    rows.push(exactly(`orders lost, doubled or miscounted after ${kills} pods were killed`, await broken(client), '', 0))
    return rows
  },
}

async function failures({ config }: BenchContext['state']): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${config().portBase + 23}/locust/metrics`)).text()
  return [...text.matchAll(/^user_requests_total\{.*outcome="failed"\} (\d+)/gm)].reduce((sum, [, count]) => sum + Number(count), 0)
}

/** Promises that are broken at rest: a few orders are always on their way. */
async function broken(client: BenchContext['client']): Promise<number> {
  const onTheirWay = 15
  const count = async () => {
    const { violations } = await client.get<{ violations: Record<string, number> }>('/api/invariants')
    return Object.values(violations).reduce((sum, value) => sum + Math.max(0, value - onTheirWay), 0)
  }
  return until('orders to come to rest', 120_000, async () => (await count()) === 0).then(
    () => 0,
    () => count(),
  )
}
