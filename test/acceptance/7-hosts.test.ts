import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { apiClient } from '../../control/client.ts'
import { projectRoot } from '../../control/paths.ts'
import type { ComponentStatus } from '../../model/components.ts'
import { portOffsets } from '../../range/context.ts'
import { whenSteady } from '../../model/start-when-steady.ts'
import { until } from '../../model/until.ts'
import type { HostsStatus } from '../../range/targets/hosts/range.ts'
import { listProcesses, liveness } from '../../range/targets/local/identity.ts'
import { RangeState } from '../../range/targets/local/state.ts'
import { firedrill, ok, run, spansOf } from './test-range.ts'
import { seriesIn } from '../../model/series.ts'

/**
 * Two hosts: this one, and a network namespace with a loopback of its own, connected by one virtual cable. Processes in it can be reached only
 * through that cable.
 */
const portBase = 29_400
const namespace = 'firedrill-test'
const cable = { here: 'fdtest0', there: 'fdtest1', hereAddress: '10.246.0.1', thereAddress: '10.246.0.2' }
/** A third host, of users: another namespace with a cable of its own. */
const usersNamespace = 'firedrill-users'
const usersCable = { here: 'fdtest2', there: 'fdtest3', hereAddress: '10.246.1.1', thereAddress: '10.246.1.2' }
const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-hosts-'))
const dirs = { observability: path.join(folder, 'observability'), shop: path.join(folder, 'shop'), users: path.join(folder, 'users') }
const state = new RangeState(dirs.observability)
const api = () => apiClient(state, 'instructor')

const ip = async (...args: string[]): Promise<void> => {
  const { code, stderr } = await run('ip', args)
  if (code !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`)
}
const here = (...args: string[]) => firedrill([...args, '--dir', dirs.observability])
const there = (args: string[], input = '') =>
  run('ip', ['netns', 'exec', namespace, path.join(projectRoot, 'firedrill'), ...args, '--dir', dirs.shop], { input })
const atUsers = (args: string[], input = '') =>
  run('ip', ['netns', 'exec', usersNamespace, path.join(projectRoot, 'firedrill'), ...args, '--dir', dirs.users], { input })
const hosts = async () => JSON.parse(ok(await here('host', 'status', '--json'))) as HostsStatus
const statusOf = async (name: string): Promise<ComponentStatus | undefined> =>
  (await api().get('/api/range')).components.find((component) => component.name === name)

/** Creates the first namespace; one that is left over from a killed run does not matter. */
async function makeNamespace(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false
  try {
    for (const left of [namespace, usersNamespace]) await run('ip', ['netns', 'del', left])
    return (await run('ip', ['netns', 'add', namespace])).code === 0
  } catch {
    // `ip` is not installed.
    return false
  }
}
const able = await makeNamespace()

describe('two hosts', { skip: able ? false : 'no network namespace can be made here' }, () => {
  let watch: ChildProcess | null = null
  before(async () => {
    await ip('netns', 'add', usersNamespace)
    await connect(namespace, cable)
    await connect(usersNamespace, usersCable)
    await ip('-n', usersNamespace, 'route', 'add', cable.hereAddress, 'via', usersCable.hereAddress)
  })
  after(async () => {
    watch?.kill('SIGTERM')
    await there(['down', '--purge']).catch(() => {})
    await atUsers(['down', '--purge']).catch(() => {})
    await here('down', '--purge').catch(() => {})
    for (const [name, { here: end }] of [
      [namespace, cable],
      [usersNamespace, usersCable],
    ] as const) {
      await run('ip', ['link', 'del', end]).catch(() => {})
      await run('ip', ['netns', 'del', name]).catch(() => {})
    }
    rmSync(folder, { recursive: true, force: true })
  })

  test('the shop is invited, dials in, and the range is steady', async () => {
    ok(await here('host', 'observe', '--listen', cable.hereAddress, '--port-base', String(portBase), '--load-hosts', '1'))
    const refused = await here('host', 'wait', '--seconds', '1')
    assert.equal(refused.code, 1)
    const invitation = ok(await here('host', 'invite', '--address', cable.hereAddress))
    assert.equal((await there(['host', 'join'], 'what is this')).code, 1, 'what is no invitation is refused')
    ok(await there(['host', 'join'], invitation))
    // Whichever is up first waits for the other.
    for (const started of await Promise.all([here('up'), there(['up'])])) ok(started)
    watch = spawn('ip', ['netns', 'exec', namespace, path.join(projectRoot, 'firedrill'), 'host', 'watch', '--dir', dirs.shop], {
      stdio: 'ignore',
    })
    ok(await here('host', 'wait', '--seconds', '90'))
    const { connected, clockOffsetMs } = await hosts()
    assert.ok(connected)
    assert.ok(Math.abs(clockOffsetMs ?? Infinity) < 100, `${clockOffsetMs} ms`)
  })

  test('each host has its own parts, and the shop’s host does not listen', async () => {
    const { stdout } = await there(['status', '--json'])
    const shop = (JSON.parse(stdout) as ComponentStatus[]).map(({ name }) => name)
    assert.ok(shop.includes('orders') && shop.includes('postgres') && shop.includes('orders-proxy'))
    assert.ok(!shop.includes('prometheus') && !shop.includes('locust') && !shop.includes('control'))
    const open = await Promise.all(
      Object.entries(portOffsets).map(
        ([name, offset]) =>
          new Promise<string[]>((resolve) => {
            const socket = net.connect({ host: cable.thereAddress, port: portBase + offset, timeout: 2_000 })
            const done = (names: string[]) => (socket.destroy(), resolve(names))
            socket
              .once('connect', () => done([name]))
              .once('error', () => done([]))
              .once('timeout', () => done([]))
          }),
      ),
    )
    assert.deepEqual(open.flat(), [])
  })

  test('a scenario proves itself across them', async () => {
    const { stdout } = await here('verify', 'slow-shelves', '--no-proofs', '--json')
    const results = JSON.parse(stdout) as { ok: boolean }[]
    assert.ok(results.length === 1 && results[0]?.ok, stdout)
  })

  describe('on the shop’s host, and beside it', { concurrency: 2 }, () => {
    describe('the shop’s host', { concurrency: 1 }, () => {
      test('a component that is started and stopped on the shop’s host is monitored while it runs', async () => {
        const up = async () => {
          const query = 'up{component="canary"}'
          const { data } = await api().get('/api/prometheus/query', { query: { query } })
          return seriesIn(data).map(({ value }) => value[1])
        }
        const canary = { params: { service: 'catalog', version: '1.12.0', percent: 20 }, forMs: 60_000 }
        const { instance } = await whenSteady(() => api().post('/api/faults/:id', { id: 'canary-release', body: canary }), 60_000)
        await until('the canary to answer', 30_000, async () => (await up()).includes('1'))
        await api().delete('/api/faults/:instance', { instance })
        await until('nobody to look for it any more', 30_000, async () => (await up()).length === 0)
      })

      test('logs of the shop and complete traces are on the monitoring host', async () => {
        await until('a log line of the shop whose trace goes from the load generator to it', 60_000, async () => {
          const { logs } = await api().get('/api/telemetry/logs', { query: { service: 'orders', limit: 50 } })
          for (const traceId of new Set(logs.flatMap((line) => (line.traceId === '' ? [] : [line.traceId])))) {
            const spans = await spansOf(api(), traceId)
            const services = new Set(spans.map(({ service }) => service))
            if (services.has('locust') && services.has('orders')) return true
          }
          return false
        })
      })

      test('a terminal can reach all of the shop, which is on the other host', async () => {
        const inTerminal = async (command: string) => ok(await here('shell', '--command', command))
        assert.equal((await inTerminal('psql -Atc "select count(*) > 0 from orders.orders"')).trim(), 't')
        assert.equal((await inTerminal('redis-cli ping')).trim(), 'PONG')
        assert.equal((await inTerminal('curl -s -o /dev/null -w "%{http_code}" orders/ready')).trim(), '200')
        const { pid } = new RangeState(dirs.shop).run('orders') ?? {}
        assert.ok(pid)
        assert.match(await inTerminal('sudo ps -eo pid,args'), new RegExp(`^ *${pid} .*orders`, 'm'))
        await until('the log of a service there', 20_000, async () =>
          /"service":"orders"/.test(await inTerminal('tail -n 3 /var/log/shop/orders.log')),
        )
        assert.match(await inTerminal(`sudo kill -STOP ${process.pid}; echo status $?`), /no process of the shop.*\nstatus 1/s)
        await inTerminal(`sudo kill ${pid}`)
        await until('the service to be gone', 20_000, async () => (await statusOf('orders'))?.healthy === false)
        await inTerminal('firedrill action run restart --param component=orders')
        assert.notEqual(new RangeState(dirs.shop).run('orders')?.pid, pid)
        ok(await here('host', 'wait', '--seconds', '60'))
      })
    })

    test('a third host runs a share of the users, loses it when it is cut off, and gets it again', async () => {
      const load = () => api().get('/api/load')
      const alone = await load()
      assert.deepEqual([alone.workers, alone.state], [1, 'running'])
      ok(await atUsers(['host', 'join'], ok(await here('host', 'invite', '--load', '--address', cable.hereAddress))))
      ok(await atUsers(['up']))
      // One for each core, which join one after another, as fast as Locust starts.
      const workers = alone.workers + Number((await run('nproc', [])).stdout)
      await until('all of its workers', 60_000, async () => {
        const now = await load()
        return now.workers === workers && now.users === alone.users
      })
      assert.equal((await hosts()).loadHosts, 1)
      await ip('link', 'set', usersCable.here, 'down')
      await until('the users to be here', 20_000, async () => {
        const now = await load()
        return now.workers === 1 && now.users === alone.users
      })
      await ip('link', 'set', usersCable.here, 'up')
      await until('the users to be shared out again', 30_000, async () => {
        const now = await load()
        return now.workers === workers && now.users === alone.users
      })
      const mix = await api().get('/api/load/mix')
      await api().put('/api/load/mix', { body: { ...mix, rate: 60 } })
      await until('what was asked for, and not that for each', 30_000, async () => {
        const query = 'sum(rate(user_requests_total{journey="browse"}[10s]))'
        const { data } = await api().get('/api/prometheus/query', { query: { query } })
        const rate = Number(seriesIn(data)[0]?.value[1])
        return rate > 65 && rate < 110
      })
      await api().put('/api/load/mix', { body: mix })
      ok(await atUsers(['down']))
      await until('the users to be here', 20_000, async () => (await load()).users === alone.users)
    })
  })

  test('after a network failure, the shop is reported as unreachable; the connection is restored by itself', async () => {
    await ip('link', 'set', cable.here, 'down')
    await until('the other host to be away', 20_000, async () => !(await hosts()).connected)
    const orders = await until('the shop to be told away', 20_000, async () => {
      const found = await statusOf('orders')
      return found && !found.healthy ? found : null
    })
    assert.match(orders.detail ?? '', /away|did not answer/)
    assert.match((await here('shell', '--command', 'sudo ps -ef')).stdout, /sudo: .*away/)
    await ip('link', 'set', cable.here, 'up')
    const backAt = Date.now()
    await until('the other host to be back', 30_000, async () => (await hosts()).connected)
    assert.ok(Date.now() - backAt < 10_000, `${Date.now() - backAt} ms`)
    ok(await here('host', 'wait', '--seconds', '60'))
  })

  test('a killed agent is restarted', async () => {
    const { pid } = new RangeState(dirs.shop).run('agent') ?? {}
    assert.ok(pid)
    process.kill(pid, 'SIGKILL')
    const killedAt = Date.now()
    await until('another agent', 20_000, async () => {
      const now = new RangeState(dirs.shop).run('agent')
      return now !== null && now.pid !== pid && (await hosts()).connected
    })
    assert.ok(Date.now() - killedAt < 10_000, `${Date.now() - killedAt} ms`)
    ok(await here('host', 'wait', '--seconds', '60'))
  })

  for (const [host, dir, names] of [
    ['the shop’s host', dirs.shop, ['agent', 'supervisor']],
    ['the other host', dirs.observability, ['control', 'reaper']],
  ] as const)
    test(`${names.join(' and ')} on ${host}, killed at once, are restarted`, async () => {
      const onHost = new RangeState(dir)
      const before = new Map(names.map((name) => [name, onHost.run(name)?.pid]))
      for (const [name, pid] of before) {
        assert.ok(pid, name)
        process.kill(pid, 'SIGKILL')
      }
      await until('both to be back', 30_000, async () =>
        names.every((name) => {
          const next = onHost.run(name)
          return next !== null && next.pid !== before.get(name) && liveness(next) === 'running'
        }),
      )
      // Connections meanwhile are refused.
      await until('the hosts to be connected', 30_000, async () => (await hosts().catch(() => null))?.connected === true)
      ok(await here('host', 'wait', '--seconds', '60'))
    })

  test('down leaves nothing', async () => {
    watch?.kill('SIGTERM')
    const ids = [dirs.observability, dirs.shop, dirs.users].map((dir) => new RangeState(dir).config().id)
    for (const stopped of await Promise.all([atUsers(['down', '--purge']), there(['down', '--purge']), here('down', '--purge')]))
      ok(stopped)
    assert.ok(
      listProcesses().some(({ pid }) => pid === process.pid),
      'the processes of this machine can be listed',
    )
    for (const id of ids) assert.deepEqual(await processesOf(id), [])
  })
})

/** Connects this host and a namespace by a virtual cable. */
async function connect(name: string, { here: end, there: other, hereAddress, thereAddress }: typeof cable): Promise<void> {
  await ip('link', 'add', end, 'type', 'veth', 'peer', 'name', other, 'netns', name)
  await ip('addr', 'add', `${hereAddress}/24`, 'dev', end)
  await ip('link', 'set', end, 'up')
  await ip('-n', name, 'addr', 'add', `${thereAddress}/24`, 'dev', other)
  for (const device of [other, 'lo']) await ip('-n', name, 'link', 'set', device, 'up')
}

async function processesOf(id: string): Promise<string[]> {
  const { stdout } = await run('grep', ['-lsz', `FIREDRILL_RANGE=${id}`, ...listProcesses().map(({ pid }) => `/proc/${pid}/environ`)])
  return stdout.split('\n').filter((line) => line !== '')
}
