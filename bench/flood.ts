import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { openLocalRange } from '../control/wiring.ts'
import { until } from '../model/until.ts'
import { makeBatch } from './store.ts'
import { atLeast, atMost, quantile, told, type Benchmark } from './benchmark.ts'

const floodSeconds = 20
const spansPerRequest = 1_000
/** Five times the rate of `bench store`. */
const offered = 100_000
const probes = 600

/** Floods the range's own store with five times its capacity: is the shop affected, and is everything as before afterwards? */
export const floodBenchmark: Benchmark = {
  name: 'flood',
  title: `the range's store flooded with ${offered} spans a second for ${floodSeconds} s`,
  async run({ state, client, say }) {
    const { context } = openLocalRange(state.dir)
    const store = `http://127.0.0.1:${context.port('telemetryStore')}`
    const shop = `http://127.0.0.1:${context.port('gateway-inbound')}/api/products`
    await until('the range to be steady', 60_000, async () => (await client.get('/api/health')).healthy)
    const before = await probe(shop)
    const again = await probe(shop)
    say(`p95 of the shop before: ${before.toFixed(1)} ms, and again ${again.toFixed(1)} ms`)
    const countsBefore = await counts(store)
    let sent = 0
    const body = makeBatch().body
    const dispatcher = new Agent({ connections: 16 })
    const endAt = performance.now() + floodSeconds * 1_000
    const startedAt = performance.now()
    const inFlight = new Set<Promise<unknown>>()
    const flood = (async () => {
      while (performance.now() < endAt) {
        const post = request(`${store}/v1/traces`, {
          method: 'POST',
          dispatcher,
          headers: { 'content-type': 'application/x-protobuf' },
          body,
        }).then(
          ({ body: answer }) => answer.dump(),
          () => {},
        )
        inFlight.add(post)
        void post.finally(() => inFlight.delete(post))
        sent += spansPerRequest
        const ahead = startedAt + (sent / offered) * 1_000 - performance.now()
        await delay(Math.max(0, ahead))
        if (inFlight.size > 64) await Promise.race(inFlight)
      }
      await Promise.all(inFlight)
    })()
    const during = await probe(shop)
    await flood
    await dispatcher.close()
    const countsAfter = await counts(store)
    const recoveredFrom = performance.now()
    await until('the store to have room again', 60_000, async () => (await counts(store)).waiting < 1_000)
    const recoverySeconds = (performance.now() - recoveredFrom) / 1_000
    const after = await probe(shop)
    const shed = countsAfter.shedRows - countsBefore.shedRows + (countsAfter.shedRequests - countsBefore.shedRequests) * spansPerRequest
    const taken = countsAfter.accepted - countsBefore.accepted
    const quiet = Math.max(before, again)
    return [
      told('spans offered', sent),
      told('spans taken', taken),
      told('spans shed and counted', shed),
      atLeast('shed and taken ÷ offered', (shed + taken) / sent, '×', 0.999),
      told('p95 of the shop before, twice', `${before.toFixed(1)}, ${again.toFixed(1)}`, 'ms'),
      told('p95 of the shop after', after, 'ms'),
      atMost('p95 of the shop in the flood ÷ before (the noisier)', during / quiet, '×', 1.5),
      atMost('room again after', recoverySeconds, 's', 30),
    ]
  },
}

/** The 95th percentile of the shop's pages, requested at a constant rate, in milliseconds. */
async function probe(url: string): Promise<number> {
  const times: number[] = []
  for (let page = 0; page < probes; page++) {
    const startedAt = performance.now()
    const { body } = await request(`${url}?page=${1 + (page % 100)}`)
    await body.dump()
    times.push(performance.now() - startedAt)
    await delay(20)
  }
  return quantile(times, 0.95)
}

async function counts(store: string): Promise<Record<'accepted' | 'shedRows' | 'shedRequests' | 'waiting', number>> {
  const text = await (await fetch(`${store}/metrics`)).text()
  const value = (name: string) => Number(new RegExp(`^${name}(?:\\{table="otel_traces"\\})? (\\S+)`, 'm').exec(text)?.[1] ?? 0)
  return {
    accepted: value('store_rows_accepted_total'),
    shedRows: value('store_rows_shed_total'),
    shedRequests: value('store_requests_shed_total'),
    waiting: value('store_rows_waiting'),
  }
}
