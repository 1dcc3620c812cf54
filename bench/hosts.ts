import { execFile } from 'node:child_process'
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { verifyScenario } from '../control/verify.ts'
import { openLocalRange } from '../control/wiring.ts'
import { until } from '../model/until.ts'
import { portOffsets } from '../range/context.ts'
import { hostsStatus } from '../range/targets/hosts/range.ts'
import { atMost, atRest, brokenPromises, exactly, told, type BenchContext, type Benchmark, type Row } from './benchmark.ts'

const cutSeconds = 60
const backWithinSeconds = 10
/** Shorter than the cut: its deadline passes while nobody can revert it. */
const faultMs = 30_000
const shell = promisify(execFile)

/**
 * Tests of two hosts: every scenario that can be played, a cut network, a killed agent on the shop's host, a killed control plane, and a check of the
 * shop's host's open ports. Runs on the monitoring host. Environment variables have the shell commands for other hosts; what is not given is not
 * measured:
 *
 * - `BENCH_CUT`, `BENCH_RESTORE`: cut and restore the network between the hosts (`ip link set eth0 down`; `… up`, and the route that went with it)
 * - `BENCH_KILL_AGENT`: kills the agent on the shop's host (`ssh SHOP pkill -KILL -f control/agent/main.ts`)
 * - `BENCH_SHOP_ADDRESS`: the shop's host, as this one reaches it
 */
export const hostsBenchmark: Benchmark = {
  name: 'hosts',
  title: 'two hosts: every scenario, the cable cut, the agent and the control plane killed',
  async run(context) {
    const { state, say } = context
    if (state.config().placement.role !== 'observability') return [told('the range is on', 'one host: see docs/hosts.md')]
    const { context: range } = openLocalRange(state.dir)
    const status = async () => hostsStatus(range).catch(() => null)
    const connected = async () => (await status())?.connected ?? false
    const rows: Row[] = []
    const first = await status()
    rows.push(told('there and back', first?.roundTripMs ?? '–', 'ms'), told('clocks apart', first?.clockOffsetMs ?? '–', 'ms'))

    const { BENCH_CUT: cut, BENCH_RESTORE: restore, BENCH_KILL_AGENT: killAgent, BENCH_SHOP_ADDRESS: address } = process.env
    if (address)
      rows.push(exactly('ports of the shop that its host opens to another', (await openPorts(address, range.port)).length, '', 0))
    else rows.push(told('ports of the shop that its host opens to another', 'BENCH_SHOP_ADDRESS is not set'))

    if (cut && restore) rows.push(...(await cutOff(context, cut, restore, connected)))
    else rows.push(told(`back after a cut of ${cutSeconds} s`, 'BENCH_CUT and BENCH_RESTORE are not set'))

    if (killAgent) {
      await atRest(context)
      say('killing the agent of the shop')
      const before = (await status())?.connectedAt ?? 0
      await shell('sh', ['-c', killAgent])
      const killedAt = Date.now()
      await until('another agent to be there', 60_000, async () => {
        const now = await status()
        return now?.connected && now.connectedAt > before
      })
      rows.push(atMost('agent killed → back', (Date.now() - killedAt) / 1_000, 's', backWithinSeconds))
    } else rows.push(told('agent killed → back', 'BENCH_KILL_AGENT is not set'))

    await atRest(context)
    say('killing the control plane')
    const record = state.run('control')
    if (!record) throw new Error('the control plane does not run')
    process.kill(record.pid, 'SIGKILL')
    const killedAt = Date.now()
    await until('the control plane to be back', 60_000, () => context.client.get('/api/health').catch(() => null))
    rows.push(atMost('control plane killed → back', (Date.now() - killedAt) / 1_000, 's', backWithinSeconds))

    rows.push(...(await everyScenario(context)))
    return rows
  },
}

/** With a fault in the shop whose deadline passes while the shop is disconnected, and orders under way. */
async function cutOff(context: BenchContext, cut: string, restore: string, connected: () => Promise<boolean>): Promise<Row[]> {
  const { client, say } = context
  await atRest(context)
  say(`cutting the cable for ${cutSeconds} s, with a fault in the shop`)
  const { instance } = await client.post('/api/faults/:id', {
    id: 'process-kill',
    body: {
      params: { component: 'payments' },
      forMs: faultMs,
    },
  })
  await shell('sh', ['-c', cut])
  try {
    await until('the shop to be away', 30_000, async () => !(await connected()))
    await delay(cutSeconds * 1_000)
  } finally {
    await shell('sh', ['-c', restore])
  }
  const restoredAt = Date.now()
  const since = () => (Date.now() - restoredAt) / 1_000
  await until('the shop to be back', 120_000, connected)
  const back = since()
  await until('the overdue fault to be reverted', 120_000, async () => {
    const { open } = await client.get('/api/faults')
    return !open.some((fault) => fault.instance === instance)
  })
  const reverted = since()
  return [
    atMost(`back after a cut of ${cutSeconds} s`, back, 's', backWithinSeconds),
    atMost('the fault that was overdue meanwhile reverted after', reverted, 's', backWithinSeconds),
    exactly('promises about orders that are broken', await brokenPromises(client), '', 0),
  ]
}

async function everyScenario({ client, say }: BenchContext): Promise<Row[]> {
  const { scenarios } = await client.get('/api/scenarios')
  const playable = scenarios.filter((scenario) => scenario.playable)
  const failed: string[] = []
  for (const { id } of playable) {
    const result = await verifyScenario(client, id)
    if (!result.ok) failed.push(id)
    say(`  ${id}: ${result.ok ? 'ok' : [...result.problems, ...result.unexpectedPages].join('; ')}`)
  }
  return [exactly('scenarios that do not prove themselves across the hosts', failed.length, `of ${playable.length}`, 0)]
}

/** Ports of the shop on which something accepts connections. */
async function openPorts(host: string, port: (name: keyof typeof portOffsets) => number): Promise<string[]> {
  // Safe: the keys of the topology's own ports.
  const names = Object.keys(portOffsets) as (keyof typeof portOffsets)[]
  const open = await Promise.all(
    names.map(
      (name) =>
        new Promise<string[]>((resolve) => {
          const socket = net.connect({ host, port: port(name), timeout: 2_000 })
          const done = (found: string[]) => {
            socket.destroy()
            resolve(found)
          }
          socket
            .once('connect', () => done([name]))
            .once('error', () => done([]))
            .once('timeout', () => done([]))
        }),
    ),
  )
  return open.flat()
}
