import http from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { openLocalRange } from '../control/wiring.ts'
import { proxyOf, type ServiceName } from '../model/components.ts'
import { edgePort, inboundPort } from '../range/mesh/edges.ts'
import { localRange } from '../range/targets/local/range.ts'
import {
  atMost,
  between,
  cpuSeconds,
  exactly,
  quantile,
  told,
  withoutUsers,
  type Benchmark,
  type BenchContext,
  type Row,
} from './benchmark.ts'

const delaysMs = [50, 200, 2_000]
const rate = 200
const switches = 100
const afterwards = 1_000
/** Cheap to answer: this measures the path. */
const path = '/health'

interface Answer {
  status: number
  ms: number
  /** When the response arrived, as `performance.now()`. */
  at: number
}

/** The mesh's overhead, the precision of its faults, and that no request fails during changes of policy or certificate. */
export const meshBenchmark: Benchmark = {
  name: 'mesh',
  title: 'faults on edges, changes under load, and what a hop costs',
  async run(context) {
    const { say, state } = context
    return withoutUsers(context, async () => {
      const mesh = bench(state.dir)
      try {
        // As many concurrent requests as the longest delay causes.
        await mesh.range.mesh.apply(mesh.range.mesh.baseline().replaceAll('maxConnections: 128', 'maxConnections: 1024'), 'bench')
        const rows: Row[] = []
        for (const part of [delays, switching, aborts, changes, refusals, cost]) {
          say(part.name)
          rows.push(...(await part(mesh, context)))
        }
        return rows
      } finally {
        await mesh.range.mesh.setFault(edge, null)
        await mesh.range.mesh.reset()
        mesh.close()
      }
    })
  },
}

const edge = { from: 'gateway', to: 'inventory' } as const
const otherEdge = { from: 'orders', to: 'inventory' } as const

function bench(dir: string) {
  const target = openLocalRange(dir)
  const { context } = target
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1_000, maxFreeSockets: 1_000 })
  const ask = (port: number): Promise<Answer> => {
    const startedAt = performance.now()
    return new Promise((resolve, reject) => {
      const request = http.get({ host: '127.0.0.1', port, path, agent, timeout: 20_000 }, (response) => {
        response.resume()
        response.on('end', () => {
          const at = performance.now()
          resolve({ status: response.statusCode ?? 0, ms: at - startedAt, at })
        })
      })
      request.on('timeout', () => request.destroy(new Error('no answer')))
      request.on('error', reject)
    })
  }
  return {
    target,
    context,
    range: localRange(target),
    /** Through both proxies, without the calling service. */
    over: ({ from, to }: { from: ServiceName; to: ServiceName }) => ask(context.port(edgePort(from, to))),
    direct: (to: ServiceName) => ask(context.port(to)),
    close: () => agent.destroy(),
  }
}
type Bench = ReturnType<typeof bench>

/** Requests at a constant rate, however long each takes, until stopped or for a time. */
async function atRate(perSecond: number, until: { ms: number } | { stopped: boolean }, one: () => Promise<Answer>): Promise<Answer[]> {
  const answers: Promise<Answer>[] = []
  const startedAt = performance.now()
  const goesOn = () => ('ms' in until ? performance.now() - startedAt < until.ms : !until.stopped)
  while (goesOn()) {
    while (answers.length < ((performance.now() - startedAt) / 1_000) * perSecond) answers.push(one())
    await delay(1)
  }
  return Promise.all(answers)
}

const times = (answers: readonly Answer[]) => answers.map(({ ms }) => ms)

async function delays({ range, over }: Bench): Promise<Row[]> {
  const rows: Row[] = []
  await atRate(rate, { ms: 2_000 }, () => over(edge))
  for (const delayMs of delaysMs) {
    const without = times(await atRate(rate, { ms: 5_000 }, () => over(edge)))
    const otherBefore = times(await atRate(rate / 2, { ms: 3_000 }, () => over(otherEdge)))
    await range.mesh.setFault(edge, { delay: { fixedDelayMs: delayMs, jitterMs: 0, percent: 100 } })
    // Until as many connections are open as there will be concurrent requests.
    await atRate(rate, { ms: delayMs + 1_000 }, () => over(edge))
    const [withFault, other] = await Promise.all([
      atRate(rate, { ms: 8_000 }, () => over(edge)),
      atRate(rate / 2, { ms: 8_000 }, () => over(otherEdge)),
    ])
    await range.mesh.setFault(edge, null)
    const added = (share: number) => quantile(times(withFault), share) - quantile(without, share)
    rows.push(
      between(
        `${delayMs} ms on an edge at ${rate}/s: added ÷ configured, p50`,
        Math.round((added(0.5) / delayMs) * 100) / 100,
        '×',
        1,
        1.03,
      ),
      atMost(`${delayMs} ms: p99 above the configured`, quantile(times(withFault), 0.99) - delayMs, 'ms', 10),
      atMost(`${delayMs} ms: p50 of another edge, above its own before`, quantile(times(other), 0.5) - quantile(otherBefore, 0.5), 'ms', 1),
    )
  }
  return rows
}

async function switching({ range, over }: Bench): Promise<Row[]> {
  const inAfter: number[] = []
  const outAfter: number[] = []
  let left = 0
  for (let round = 0; round < switches; round++) {
    const flag = { stopped: false }
    const load = atRate(rate, flag, () => over(edge))
    const injectedAt = performance.now()
    await range.mesh.setFault(edge, { abort: { httpStatus: 418, percent: 100 } })
    await delay(100)
    const clearedAt = performance.now()
    await range.mesh.setFault(edge, null)
    await delay(100)
    flag.stopped = true
    const hit = (await load).filter(({ status }) => status === 418)
    inAfter.push((hit[0]?.at ?? Number.POSITIVE_INFINITY) - injectedAt)
    outAfter.push(Math.max(0, (hit.at(-1)?.at ?? 0) - clearedAt))
    let after = afterwards
    const worker = async () => {
      while (after-- > 0) if ((await over(edge)).status !== 200) left++
    }
    await Promise.all(Array.from({ length: 20 }, worker))
  }
  return [
    atMost(`fault applied under load, ${switches} times: first affected request, slowest`, Math.max(...inAfter), 'ms', 250),
    told('the same, median', quantile(inAfter, 0.5), 'ms'),
    atMost('cleared: last affected request, slowest', Math.max(...outAfter), 'ms', 250),
    exactly(`affected among the next ${afterwards} each`, left, 'requests', 0),
  ]
}

async function aborts({ range, over }: Bench): Promise<Row[]> {
  const count = 10_000
  await range.mesh.setFault(edge, { abort: { httpStatus: 503, percent: 10 } })
  let left = count
  let failed = 0
  let others = 0
  const worker = async () => {
    while (left-- > 0) {
      if ((await over(edge)).status !== 200) failed++
      if (left % 10 === 0 && (await over(otherEdge)).status !== 200) others++
    }
  }
  await Promise.all(Array.from({ length: 20 }, worker))
  await range.mesh.setFault(edge, null)
  // The 99 % interval of a binomial distribution, by its normal approximation.
  const width = 2.576 * Math.sqrt(count * 0.1 * 0.9)
  return [
    between(`aborts of 10 % over ${count} requests`, failed, 'requests', Math.ceil(count * 0.1 - width), Math.floor(count * 0.1 + width)),
    exactly('on another edge meanwhile', others, 'requests', 0),
  ]
}

async function changes({ range, over }: Bench): Promise<Row[]> {
  const policy = await range.mesh.policy()
  const inForce: number[] = []
  const flag = { stopped: false }
  const load = atRate(500, flag, () => over(edge))
  for (let round = 0; round < 20; round++) {
    const startedAt = performance.now()
    await range.mesh.apply(
      policy
        .replaceAll('http1MaxPendingRequests: 256', `http1MaxPendingRequests: ${300 + round}`)
        .replaceAll('attempts: 2', `attempts: ${1 + (round % 3)}`),
      'bench',
    )
    inForce.push(performance.now() - startedAt)
    await delay(100)
  }
  flag.stopped = true
  const changed = await load
  await range.mesh.apply(policy, 'bench')

  const rotation = { stopped: false }
  const rotated = atRate(500, rotation, () => over(edge))
  for (let round = 0; round < 10; round++) {
    await range.mesh.issueIdentity('inventory')
    await range.mesh.issueIdentity('gateway')
  }
  rotation.stopped = true
  const failures = (answers: readonly Answer[]) => answers.filter(({ status }) => status !== 200).length
  return [
    exactly(`20 policies under ${500}/s: requests that failed`, failures(changed), `of ${changed.length}`, 0),
    atMost('in force after `apply`, slowest', Math.max(...inForce), 'ms', 1_000),
    exactly('20 certificates under 500/s: requests that failed', failures(await rotated), `of ${(await rotated).length}`, 0),
  ]
}

async function refusals({ range, context, over }: Bench): Promise<Row[]> {
  const tries = 50
  const port = context.port(inboundPort('inventory') ?? 'gateway')
  let plaintext = 0
  for (let index = 0; index < tries; index++) {
    plaintext += await new Promise<number>((resolve) => {
      http.get({ host: '127.0.0.1', port, path, agent: false }, (response) => resolve((response.resume(), 0))).on('error', () => resolve(1))
    })
  }
  const refusedAs = async (fault: 'foreign-ca' | 'wrong-id' | 'expired', service: ServiceName) => {
    await range.mesh.issueIdentity(service, fault)
    let refused = 0
    for (let index = 0; index < tries; index++) if ((await over(edge)).status !== 200) refused++
    await range.mesh.issueIdentity(service)
    return refused
  }
  return [
    exactly('plaintext: refused', plaintext, `of ${tries}`, tries),
    exactly('a caller with a certificate of another authority: refused', await refusedAs('foreign-ca', 'gateway'), `of ${tries}`, tries),
    exactly('a callee with one: refused', await refusedAs('foreign-ca', 'inventory'), `of ${tries}`, tries),
    exactly('a caller in another name: refused', await refusedAs('wrong-id', 'gateway'), `of ${tries}`, tries),
    exactly('a callee whose certificate has expired: refused', await refusedAs('expired', 'inventory'), `of ${tries}`, tries),
  ]
}

async function cost({ target, over, direct }: Bench, { say }: BenchContext): Promise<Row[]> {
  const added: Record<'p50' | 'p99', number[]> = { p50: [], p99: [] }
  await atRate(rate, { ms: 2_000 }, () => over(edge))
  for (let round = 0; round < 5; round++) {
    const meshed = times(await atRate(rate, { ms: 4_000 }, () => over(edge)))
    const plain = times(await atRate(rate, { ms: 4_000 }, () => direct('inventory')))
    for (const [name, share] of [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const)
      added[name].push(quantile(meshed, share) - quantile(plain, share))
    say(`  round ${round + 1}: p50 ${quantile(plain, 0.5).toFixed(2)} → ${quantile(meshed, 0.5).toFixed(2)} ms`)
  }
  const proxies = ['gateway', 'inventory'] as const
  const cpu = () => proxies.reduce((sum, service) => sum + cpuSeconds(target.state.run(proxyOf(service))?.pid ?? 0), 0)
  const before = cpu()
  const answers = await atRate(1_000, { ms: 10_000 }, () => over(edge))
  const perProxy = (cpu() - before) / (answers.length / 1_000) / proxies.length
  return [
    atMost(`a hop through two proxies, against direct, at ${rate}/s: added at p50`, quantile(added.p50, 0.5), 'ms', 1),
    told('added at p99', quantile(added.p99, 0.5), 'ms'),
    atMost('CPU of a proxy at 1,000 requests/s', perProxy, 'vCPU', 0.2),
  ]
}
