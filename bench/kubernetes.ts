import { userTotals } from '../control/sampler.ts'
import { openLocalRange, rangeOf } from '../control/wiring.ts'
import { serviceNames } from '../model/components.ts'
import { until } from '../model/until.ts'
import { brokenPromises, exactly, told, type Benchmark, type Row } from './benchmark.ts'

const perSecond = 100
const kills = 10

/** What a shop in a cluster undergoes in production: needs a range with its shop in one. */
export const kubernetesBenchmark: Benchmark = {
  name: 'kubernetes',
  title: 'the shop in a cluster: pods, rollouts under load, pods killed at random',
  async run({ state, client, say }) {
    const target = openLocalRange(state.dir)
    const range = rangeOf(target)
    const { cluster } = range
    if (!cluster) return [told('the shop is in', "no cluster: 'firedrill up --target kubernetes'")]
    const failed = async () => {
      const totals = await userTotals(`http://127.0.0.1:${target.context.port('locust')}/locust/metrics`)
      if (totals === null) throw new Error('Locust does not tell what users felt')
      return totals.failed
    }
    const pods = await cluster.pods()
    const notReady = pods.filter(({ ready, phase }) => phase !== 'Running' || ready.split('/')[0] !== ready.split('/')[1])
    const rows: Row[] = [told('pods', pods.length), exactly('pods that are not ready', notReady.length, '', 0)]

    say(`rolling out every service at ${perSecond} requests a second`)
    // In addition to those of the range's users.
    const { rps } = await range.load.status()
    await range.load.setMix({ hotShare: 0, bots: 0, rate: Math.max(0, Math.ceil(perSecond - rps)) })
    try {
      const failedBefore = await failed()
      const startedAt = Date.now()
      for (const service of serviceNames) await range.processes.restart(service)
      rows.push(told('a rollout', (Date.now() - startedAt) / 1_000 / serviceNames.length, 's'))
      rows.push(exactly('requests that failed while every service was rolled out', (await failed()) - failedBefore, '', 0))
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
    rows.push(exactly(`orders lost, doubled or miscounted after ${kills} pods were killed`, await brokenPromises(client), '', 0))
    return rows
  },
}
