import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import os, { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, mock, test } from 'node:test'
import { faultById } from '../drills/faults/registry.ts'
import { FiredrillError } from '../model/errors.ts'
import { usualUsers } from '../model/range.ts'
import { documentsOf } from '../model/yaml/read.ts'
import { Injector, maxFaultMs } from './injector.ts'
import { Ledger } from './ledger.ts'
import { projectRoot } from './paths.ts'
import { paperRange } from './replay/paper-range.ts'
import { settled } from './replay/settled.ts'

const startedAt = Date.parse('2026-01-01T12:00:00Z')
const release = { service: 'inventory', version: '1.5.0' }

/** An injector over a simulated range, on a clock that only the test advances. */
class Bench implements Disposable {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'firedrill-injector-'))
  readonly ledger = new Ledger(this.dir)
  readonly range = paperRange(projectRoot, usualUsers)
  uptimeMs = 1_000_000
  readonly injector = new Injector(this.range, this.ledger, () => this.uptimeMs)

  constructor() {
    mock.timers.enable({ apis: ['Date'], now: startedAt })
  }
  pass(ms: number): void {
    this.uptimeMs += ms
    mock.timers.setTime(Date.now() + ms)
  }
  inject(fault = 'bad-release', params: object = release, forMs = 60_000, drill: string | null = null) {
    return this.injector.inject(fault, params, { forMs, drill })
  }
  spike(to: number, from: number, overMs: number) {
    return this.injector.inject('load-spike', { users: to }, { forMs: 600_000, drill: null, ramp: { param: 'users', from, overMs } })
  }
  users = async () => (await this.range.load.status()).users
  isBroken = async () => (await this.range.releases.current('inventory')) === '1.5.0'
  /** The next deploys fail, this many times. */
  failDeploys(times: number): void {
    const { deploy } = this.range.releases
    let left = times
    this.range.releases.deploy = async (...args) => {
      if (left-- > 0) throw new Error('the pipeline is down')
      return deploy(...args)
    }
  }
  /** Resolves when the undo record of the fault being injected has been written. */
  async planned(): Promise<void> {
    while (this.ledger.openFaults().length === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  [Symbol.dispose](): void {
    this.ledger[Symbol.dispose]()
    mock.timers.reset()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** While this is open, calls to the range time out after a moment. */
function impatience(): Disposable {
  const timeout = mock.method(AbortSignal, 'timeout', () => {
    const controller = new AbortController()
    setImmediate(() => controller.abort())
    return controller.signal
  })
  return { [Symbol.dispose]: () => timeout.mock.restore() }
}

/** Makes the ledger unwritable; returns a function that makes room again. */
function fillDisk(bench: Bench, names: (keyof Ledger)[] = ['moveFault', 'reopenFault', 'followClock']): () => void {
  const full = () => {
    throw new Error('the disk is full')
  }
  for (const name of names) Object.defineProperty(bench.ledger, name, { value: full, configurable: true })
  return () => {
    for (const name of names) Reflect.deleteProperty(bench.ledger, name)
  }
}

describe('injecting a fault', () => {
  test('its undo record and deadline are in the ledger before it has an effect', async () => {
    using bench = new Bench()
    const { deploy } = bench.range.releases
    const before: unknown[] = []
    bench.range.releases.deploy = async (...args) => {
      before.push(...bench.ledger.openFaults())
      return deploy(...args)
    }
    const record = await bench.inject('bad-release', release, 42_000, 'a drill')
    const usual = bench.range.releases.baseline('inventory')
    const planned = { ...record, state: 'planned', injectedAt: null }
    assert.deepEqual(before, [planned])
    assert.deepEqual(record, {
      instance: record.instance,
      fault: 'bad-release',
      params: release,
      undo: { ...release, before: usual },
      drill: 'a drill',
      state: 'injected',
      plannedAt: startedAt,
      injectedAt: startedAt,
      deadlineAt: startedAt + 42_000,
      revertedAt: null,
      error: null,
      ramp: null,
    })
    assert.equal(await bench.isBroken(), true)
  })

  test('a request that cannot succeed is refused with a reason, and leaves no record', async () => {
    using bench = new Bench()
    const ramp = { param: 'users', from: 10, overMs: 10_000 }
    const refused: [what: string, work: () => Promise<unknown>, expected: object][] = [
      ['an unknown fault', () => bench.inject('no-such'), { code: 'not-found', message: /there is no fault 'no-such'/ }],
      [
        'a missing parameter',
        () => bench.inject('bad-release', { service: 'orders' }),
        { code: 'bad-request', message: /^bad-release: version: / },
      ],
      [
        'parameters that are no object',
        () => bench.inject('bad-release', [] as object),
        { code: 'bad-request', message: /^bad-release: params: / },
      ],
      ['no duration', () => bench.inject('noop', {}, 0), { code: 'bad-request', message: /at most 60 minutes/ }],
      ['a negative duration', () => bench.inject('noop', {}, -1), { code: 'bad-request' }],
      ['a duration that is not a number', () => bench.inject('noop', {}, Number.NaN), { code: 'bad-request' }],
      ['a duration that is too long', () => bench.inject('noop', {}, maxFaultMs + 1), { code: 'bad-request' }],
      [
        'a ramp of a fault that has none',
        () => bench.injector.inject('bad-release', release, { forMs: 1_000, drill: null, ramp }),
        { code: 'bad-request', message: 'bad-release: users cannot ramp, nor can any other parameter' },
      ],
      [
        'a ramp of another parameter',
        () => bench.injector.inject('load-spike', { users: 40 }, { forMs: 1_000, drill: null, ramp: { ...ramp, param: 'bots' } }),
        { code: 'bad-request', message: 'load-spike: bots cannot ramp: only users' },
      ],
      [
        'a ramp from a value that the parameter does not take',
        () => bench.spike(40, 0, 10_000),
        { code: 'bad-request', message: /^load-spike: users: / },
      ],
    ]
    for (const [what, work, expected] of refused) await assert.rejects(work, expected, what)
    assert.deepEqual(bench.ledger.faultsSince(0), [])
    assert.equal(await bench.users(), usualUsers)
  })

  test('the shortest and the longest duration are accepted', async () => {
    using bench = new Bench()
    for (const forMs of [1, maxFaultMs]) assert.equal((await bench.inject('noop', {}, forMs)).deadlineAt, startedAt + forMs)
  })

  test('while a fault is active, or its injection is under way, the same one is refused', async () => {
    using bench = new Bench()
    const first = bench.inject()
    const again = { code: 'conflict', message: /bad-release is injected already/ } as const
    await assert.rejects(bench.inject('bad-release', { ...release, version: '1.6.0' }), again)
    const { instance } = await first
    await assert.rejects(bench.inject(), again)
    await bench.inject('bad-release', { service: 'catalog', version: '1.9.0' })
    await bench.injector.revert(instance)
    await bench.injector.revert((await bench.inject()).instance)
    assert.equal(await bench.isBroken(), false)
  })

  test('it is refused if another one has the same target, and says which and why', async () => {
    using bench = new Bench()
    await bench.inject('tight-timeout', { to: 'payments', timeoutMs: 1_500 })
    await assert.rejects(bench.inject('loose-retries', { to: 'inventory' }), {
      code: 'conflict',
      message:
        'tight-timeout is injected already, or is being injected, and both change the mesh policy: revert it before loose-retries is injected',
    })
    await bench.inject('http-delay', { from: 'gateway', to: 'catalog', delayMs: 50 })
    await bench.inject('http-abort', { from: 'gateway', to: 'inventory' })
    await assert.rejects(bench.inject('http-abort', { from: 'gateway', to: 'catalog' }), {
      code: 'conflict',
      message: /^http-delay is .* both change what is injected between gateway and catalog: revert it/,
    })
  })

  test('a revert that times out is given up, and retried', async () => {
    using bench = new Bench()
    using _ = impatience()
    const { instance } = await bench.inject()
    const { deploy } = bench.range.releases
    bench.range.releases.deploy = () => new Promise<never>(() => {})
    await assert.rejects(bench.injector.revert(instance), { code: 'component-failed', message: /did not accept it within 180 s/ })
    assert.equal(bench.ledger.fault(instance)?.state, 'failed')
    bench.range.releases.deploy = deploy
    await bench.injector.revert(instance)
    assert.deepEqual([await bench.isBroken(), bench.ledger.openFaults()], [false, []])
  })

  test('a fault, or a step of a ramp, that was given up but takes effect later is reverted', async () => {
    using bench = new Bench()
    const { deploy } = bench.range.releases
    const late = Promise.withResolvers<void>()
    bench.range.releases.deploy = async (service, version, by) => {
      if (version === release.version) await late.promise
      return deploy(service, version, by)
    }
    const { setUsers } = bench.range.load
    await bench.spike(60, 30, 20_000)
    bench.range.load.setUsers = async (count) => {
      if (count === 45) await late.promise
      return setUsers(count)
    }
    using _ = impatience()
    await assert.rejects(bench.inject(), { code: 'component-failed', message: /did not accept it within 180 s/ })
    bench.pass(10_000)
    await assert.rejects(bench.injector.advanceRamps(), { code: 'timed-out' })
    await bench.injector.revertAll()
    late.resolve()
    await settled()
    assert.deepEqual([bench.injector.open(), await bench.isBroken(), await bench.users()], [[], false, usualUsers])
  })

  test('a fault that is no longer wanted once it is planned is not injected, and leaves no record', async () => {
    using bench = new Bench()
    const injecting = bench.injector.inject('bad-release', release, { forMs: 60_000, drill: 'over', isWanted: () => false })
    await assert.rejects(injecting, { code: 'wrong-state', message: 'bad-release was not injected: the drill that it was for is over' })
    assert.deepEqual([bench.ledger.faultsSince(0), await bench.isBroken()], [[], false])
  })

  test('it is reverted after its duration, or at an earlier deadline', async () => {
    using bench = new Bench()
    for (const [byMs, expectedMs] of [
      [1_000, 1_000],
      [90_000, 60_000],
    ] as const) {
      const injected = await bench.injector.inject('noop', {}, { forMs: 60_000, by: startedAt + byMs, drill: null })
      assert.equal(injected.deadlineAt, startedAt + expectedMs)
    }
  })

  test('an injection that is under way is known until it is complete', async () => {
    using bench = new Bench()
    assert.equal(bench.injector.isInjecting, false)
    const injecting = bench.inject('noop', {}, 60_000, 'a drill')
    assert.equal(bench.injector.isInjecting, true)
    await injecting
    assert.equal(bench.injector.isInjecting, false)
  })

  test('a fault whose injection cannot be recorded is reverted', async () => {
    using bench = new Bench()
    const free = fillDisk(bench, ['moveFault', 'reopenFault'])
    await assert.rejects(bench.inject(), { code: 'component-failed', message: 'bad-release was reverted again: the disk is full' })
    assert.deepEqual([await bench.isBroken(), bench.injector.open()], [false, []])
    free()
    await bench.injector.revertOverdue()
    assert.deepEqual(
      bench.ledger.faultsSince(0).map(({ state }) => state),
      ['reverted'],
    )
  })

  test('the steps of a drill may have the same target', async () => {
    using bench = new Bench()
    await bench.inject('bad-release', release, 60_000, 'one')
    await bench.inject('bad-release', { ...release, version: '1.6.0' }, 60_000, 'one')
    await bench.injector.revertAll('one')
    assert.equal(await bench.range.releases.current('inventory'), '1.4.0')
  })

  test('a fault that needs what the range lacks is refused', async () => {
    using bench = new Bench()
    const lacking = new Injector({ ...bench.range, lacks: ['mesh', 'cluster'] }, bench.ledger)
    const params = { from: 'gateway', to: 'inventory', delayMs: 100 }
    await assert.rejects(lacking.inject('http-delay', params, { forMs: 1_000, drill: null }), {
      code: 'unsupported',
      message: 'http-delay cannot be injected where the shop runs: the range has no service mesh',
    })
    const resolved = bench.injector.resolve('http-delay', params)
    assert.equal((await bench.injector.injectResolved(resolved, { forMs: 1_000, drill: null })).state, 'injected')
  })

  test('parameters are parsed once', async (context) => {
    using bench = new Bench()
    const { params } = faultById('load-spike')
    const { parse, safeParse } = params
    context.after(() => Object.assign(params, { parse, safeParse }))
    let parses = 0
    params.parse = (raw) => (parses++, parse(raw))
    params.safeParse = (raw) => (parses++, safeParse(raw))
    await bench.inject('load-spike', { users: 60 })
    assert.equal(parses, 1)
  })

  test('a fault whose injection fails is reverted, and the reason is reported', async () => {
    using bench = new Bench()
    bench.failDeploys(1)
    await assert.rejects(bench.inject(), { code: 'component-failed', message: 'bad-release could not be injected: the pipeline is down' })
    const [record] = bench.ledger.faultsSince(0)
    assert.equal(record?.state, 'reverted')
    assert.deepEqual(bench.injector.open(), [])
  })

  test('a fault that is reverted during its injection leaves no effect', async () => {
    using bench = new Bench()
    const { deploy } = bench.range.releases
    const gate = Promise.withResolvers<void>()
    let first = true
    bench.range.releases.deploy = async (...args) => {
      if (first) {
        first = false
        await gate.promise
      }
      return deploy(...args)
    }
    const injecting = bench.inject()
    // It is planned once the undo record has been read.
    await bench.planned()
    await bench.injector.revertAll()
    gate.resolve()
    assert.equal((await injecting).state, 'reverted')
    assert.equal(await bench.isBroken(), false)
  })

  test('the late effect of a reverted fault is in the ledger until it is undone, so that another process finds it', async () => {
    using bench = new Bench()
    const { deploy } = bench.range.releases
    const late = Promise.withResolvers<void>()
    bench.range.releases.deploy = async (service, version, by) => {
      if (version === release.version) await late.promise
      else throw new Error('the pipeline is down')
      return deploy(service, version, by)
    }
    const injecting = bench.inject()
    await bench.planned()
    await bench.injector.revertAll()
    assert.deepEqual(bench.injector.open(), [])
    late.resolve()
    await assert.rejects(injecting, { code: 'component-failed' })
    assert.deepEqual(
      bench.injector.open().map(({ state, revertedAt }) => [state, revertedAt]),
      [['failed', null]],
    )
    bench.range.releases.deploy = deploy
    await new Injector(bench.range, bench.ledger, () => bench.uptimeMs).revertUnfinished()
    assert.deepEqual([bench.injector.open(), await bench.isBroken()], [[], false])
  })

  test('a late effect whose call then fails is undone as well', async () => {
    using bench = new Bench()
    const { set } = bench.range.config
    const late = Promise.withResolvers<void>()
    bench.range.config.set = async (service, overrides, ...rest) => {
      await set(service, overrides, ...rest)
      if (overrides['DB_POOL_MAX'] === undefined) return
      await set(service, {}, '')
      await late.promise
      await set(service, overrides, ...rest)
      throw new Error('orders is not ready')
    }
    const injecting = bench.inject('bad-config', { service: 'orders', key: 'DB_POOL_MAX', value: '1' })
    await bench.planned()
    await bench.injector.revertAll()
    late.resolve()
    await assert.rejects(injecting, { code: 'component-failed' })
    assert.deepEqual([bench.injector.open(), await bench.range.config.get('orders')], [[], {}])
  })

  test('a late effect of a fault whose revert could not be recorded is undone', async () => {
    for (const [isOut, hasRoom] of [
      [true, true],
      [false, true],
      [true, false],
      [false, false],
    ]) {
      using bench = new Bench()
      const { deploy } = bench.range.releases
      const [late, out] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      bench.range.releases.deploy = async (service, version, by) => {
        if (version === release.version) await late.promise
        const deployment = await deploy(service, version, by)
        if (version !== release.version) await out.promise
        return deployment
      }
      const injecting = Promise.allSettled([bench.inject()])
      await bench.planned()
      const free = fillDisk(bench)
      const reverting = bench.injector.revertAll()
      if (isOut) out.resolve()
      await settled()
      if (hasRoom) free()
      late.resolve()
      await settled()
      out.resolve()
      await Promise.all([injecting, reverting])
      const what = `${isOut ? 'it was out' : 'it was coming out'}, and there was ${hasRoom ? 'room again' : 'no room yet'}`
      assert.deepEqual([bench.injector.open(), await bench.isBroken()], [[], false], what)
      free()
      await bench.injector.revertOverdue()
      assert.deepEqual([bench.ledger.openFaults(), await bench.isBroken()], [[], false], what)
    }
  })

  test('a late effect while nothing can be written is undone all the same', async () => {
    using bench = new Bench()
    const { deploy } = bench.range.releases
    const late = Promise.withResolvers<void>()
    bench.range.releases.deploy = async (service, version, by) => {
      if (version === release.version) await late.promise
      return deploy(service, version, by)
    }
    const injecting = bench.inject()
    await bench.planned()
    await bench.injector.revertAll()
    bench.ledger.reopenFault = () => {
      throw new Error('the disk is full')
    }
    late.resolve()
    await injecting
    assert.equal(await bench.isBroken(), false)
  })
})

describe('reverting a fault', () => {
  test('happens once, however often and by however many callers it is requested', async () => {
    using bench = new Bench()
    const { instance } = await bench.inject()
    let deploys = 0
    const { deploy } = bench.range.releases
    bench.range.releases.deploy = async (...args) => {
      deploys++
      return deploy(...args)
    }
    await Promise.all([bench.injector.revert(instance), bench.injector.revert(instance)])
    await bench.injector.revert(instance)
    assert.equal(deploys, 1)
    assert.equal(await bench.isBroken(), false)
    assert.equal(bench.ledger.fault(instance)?.revertedAt, startedAt)
  })

  test('a failed revert keeps the fault open with its error, and the next attempt succeeds', async () => {
    using bench = new Bench()
    const { instance } = await bench.inject()
    bench.failDeploys(1)
    await assert.rejects(bench.injector.revert(instance), {
      code: 'component-failed',
      message: 'bad-release could not be reverted: the pipeline is down',
    })
    const [failed] = bench.injector.open()
    assert.deepEqual([failed?.state, failed?.error], ['failed', 'the pipeline is down'])
    await bench.injector.revert(instance)
    assert.deepEqual(bench.injector.open(), [])
    assert.equal(await bench.isBroken(), false)
  })

  test('the ledger records a revert in progress, and a fault that another process reopens is open here as well', async () => {
    using bench = new Bench()
    const { instance } = await bench.inject()
    const { deploy } = bench.range.releases
    const states: (string | undefined)[] = []
    bench.range.releases.deploy = async (...args) => {
      states.push(bench.ledger.fault(instance)?.state)
      return deploy(...args)
    }
    await bench.injector.revert(instance)
    assert.deepEqual(states, ['reverting'])
    bench.ledger.reopenFault(instance)
    assert.deepEqual(
      bench.injector.open().map((record) => record.instance),
      [instance],
    )
  })

  test('with an unwritable ledger a fault is reverted once, which is reported once and recorded when possible', async (context) => {
    using bench = new Bench()
    const { instance } = await bench.inject()
    let deploys = 0
    const { deploy } = bench.range.releases
    bench.range.releases.deploy = async (...args) => (deploys++, deploy(...args))
    const free = fillDisk(bench)
    const told = context.mock.method(process.stderr, 'write', () => true)
    await bench.injector.revert(instance)
    assert.deepEqual([bench.injector.open(), bench.ledger.openFaults().length], [[], 1])
    await bench.injector.revertOverdue()
    const once = told.mock.callCount()
    for (let look = 0; look < 3; look++) await bench.injector.revertOverdue()
    assert.deepEqual([told.mock.callCount(), deploys], [once, 1])
    const texts = () => told.mock.calls.map(({ arguments: [text] }) => String(text))
    assert.ok(texts()[0]?.includes(`fault ${instance} is reverting all the same`))
    free()
    await bench.injector.revertOverdue()
    assert.deepEqual([bench.ledger.fault(instance)?.state, deploys], ['reverted', 1])
    // The next call reports it again.
    fillDisk(bench)
    await bench.injector.revertOverdue()
    assert.deepEqual(texts().slice(once), ['limits do not follow the clock: the disk is full\n'])
  })

  test('a value that others change continually is read again five times at most', async () => {
    using bench = new Bench()
    const { instance } = await bench.inject('bad-config', { service: 'orders', key: 'DB_POOL_MAX', value: '1' })
    let asked = 0
    bench.range.config.set = async () => {
      asked++
      throw new FiredrillError('outdated', 'somebody else has changed it')
    }
    await assert.rejects(bench.injector.revert(instance), { code: 'component-failed' })
    assert.deepEqual([asked, bench.ledger.fault(instance)?.state], [5, 'failed'])
  })

  test('a revert by another process of the same fault is not undone, however late its change comes', async () => {
    using bench = new Bench()
    const inject = (params: object) => bench.inject('bad-config', { service: 'orders', ...params })
    await inject({ key: 'DB_POOL_MAX', value: '1' })
    await inject({ key: 'DB_STATEMENT_TIMEOUT_MS', value: '10' })
    const { set } = bench.range.config
    const late = Promise.withResolvers<void>()
    const slow = {
      ...bench.range,
      config: { ...bench.range.config, set: async (...args: Parameters<typeof set>) => (await late.promise, await set(...args)) },
    }
    // It has read both settings when it hangs.
    const hanging = new Injector(slow, bench.ledger, () => bench.uptimeMs).revertAll()
    await new Promise((resolve) => setImmediate(resolve))
    await bench.injector.revertAll()
    assert.deepEqual(await bench.range.config.get('orders'), {})
    late.resolve()
    await hanging
    assert.deepEqual(await bench.range.config.get('orders'), {})
    assert.deepEqual(bench.injector.open(), [])
  })

  test('reverting a canary, whose split is removed while somebody edits the policy, keeps the edit', async () => {
    using bench = new Bench()
    const before = await bench.range.mesh.policy()
    const { instance } = await bench.inject('canary-release', { service: 'catalog', version: '1.12.0', percent: 10 })
    assert.match(await bench.range.mesh.policy(), /subset: canary/)
    const { setCanary } = bench.range.releases
    bench.range.releases.setCanary = async (canary, by) => {
      await setCanary(canary, by)
      const edited = (await bench.range.mesh.policy()).replace('maxConnections: 128', 'maxConnections: 64')
      if (canary === null) await bench.range.mesh.apply(edited, 'somebody')
    }
    await bench.injector.revert(instance)
    const meaning = (yaml: string) => documentsOf(yaml).map((document) => document.toJS() as unknown)
    assert.deepEqual(meaning(await bench.range.mesh.policy()), meaning(before.replace('maxConnections: 128', 'maxConnections: 64')))
  })

  test('a refused restart is no reason to read again: the fault is kept open, and the revert is retried', async () => {
    using bench = new Bench()
    const { instance } = await bench.inject('bad-config', { service: 'orders', key: 'DB_POOL_MAX', value: '1' })
    let asked = 0
    bench.range.config.set = async () => {
      asked++
      throw new FiredrillError('conflict', 'the lock of orders is held')
    }
    await assert.rejects(bench.injector.revert(instance), { code: 'component-failed' })
    assert.deepEqual([asked, bench.ledger.fault(instance)?.state], [1, 'failed'])
  })

  test('an unknown instance is an error', async () => {
    using bench = new Bench()
    await assert.rejects(bench.injector.revert('none'), { code: 'not-found', message: 'there is no fault none' })
  })

  test('faults are reverted newest first: a later one found what an earlier one left', async () => {
    using bench = new Bench()
    await bench.injector.inject('load-spike', { users: 50 }, { forMs: 60_000, drill: 'one' })
    bench.pass(1_000)
    await bench.injector.inject('load-spike', { users: 70 }, { forMs: 60_000, drill: 'one' })
    const taken = await bench.injector.revertAll()
    assert.deepEqual(
      taken.map(({ undo }) => undo),
      [{ before: usualUsers }, { before: 50 }],
    )
    assert.equal(await bench.users(), usualUsers)
  })

  test('the faults of one drill are reverted, and those of others stay', async () => {
    using bench = new Bench()
    await bench.inject('noop', {}, 60_000, 'one')
    await bench.inject('noop', {}, 60_000, 'other')
    await bench.inject('noop', {}, 60_000)
    assert.deepEqual(
      (await bench.injector.revertAll('one')).map(({ drill }) => drill),
      ['one'],
    )
    assert.deepEqual(
      bench.injector.open().map(({ drill }) => drill),
      ['other', null],
    )
  })

  test('a revert that hangs does not keep another fault injected past its deadline', async () => {
    using bench = new Bench()
    await bench.inject('bad-release', release, 1_000)
    await bench.injector.inject('load-spike', { users: 50 }, { forMs: 1_000, drill: null })
    const gate = Promise.withResolvers<void>()
    const { deploy } = bench.range.releases
    bench.range.releases.deploy = async (...args) => {
      await gate.promise
      return deploy(...args)
    }
    bench.pass(2_000)
    const overdue = bench.injector.revertOverdue()
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(await bench.users(), usualUsers)
    gate.resolve()
    assert.equal((await overdue).length, 2)
  })

  test('each reverted fault is reported, even if another one cannot be reverted', async () => {
    using bench = new Bench()
    await bench.injector.inject('load-spike', { users: 50 }, { forMs: 60_000, drill: null })
    await bench.inject()
    bench.failDeploys(1)
    const out: string[] = []
    await assert.rejects(bench.injector.revertAll(undefined, ({ fault }) => out.push(fault)))
    assert.deepEqual(out, ['load-spike'])
  })

  test('a fault that cannot be reverted does not keep the others, and the failure is reported', async () => {
    using bench = new Bench()
    await bench.injector.inject('load-spike', { users: 50 }, { forMs: 60_000, drill: null })
    bench.pass(1)
    await bench.inject()
    bench.failDeploys(1)
    await assert.rejects(bench.injector.revertAll(), { code: 'component-failed' })
    assert.equal(await bench.users(), usualUsers)
    assert.deepEqual(
      bench.injector.open().map(({ fault }) => fault),
      ['bad-release'],
    )
  })

  test('after a restart, half-injected and half-reverted faults are reverted, and injected ones stay', async () => {
    using bench = new Bench()
    const standing = await bench.inject('noop', {})
    for (const [state, at] of [
      ['planned', 1],
      ['reverting', 2],
      ['failed', 3],
    ] as const) {
      bench.ledger.insertFault({ ...standing, instance: `left as ${state}`, state, plannedAt: standing.plannedAt + at })
    }
    await bench.injector.revertUnfinished()
    assert.deepEqual(
      bench.injector.open().map(({ instance }) => instance),
      [standing.instance],
    )
  })
})

describe('a deadline', () => {
  test('a fault is reverted at its deadline, and not a millisecond before; a grace period is added to it', async () => {
    const table: [passedMs: number, graceMs: number, isOut: boolean][] = [
      [59_999, 0, false],
      [60_000, 0, true],
      [64_999, 5_000, false],
      [65_000, 5_000, true],
    ]
    for (const [passedMs, graceMs, isOut] of table) {
      using bench = new Bench()
      const { instance } = await bench.inject()
      bench.pass(passedMs)
      const taken = (await bench.injector.revertOverdue(graceMs)).map((record) => record.instance)
      assert.deepEqual(taken, isOut ? [instance] : [], `${passedMs} ms, grace ${graceMs} ms`)
      assert.equal(await bench.isBroken(), !isOut)
    }
  })

  test('has no grace period unless one is given', async () => {
    using bench = new Bench()
    await bench.inject()
    bench.pass(59_999)
    assert.deepEqual(await bench.injector.revertOverdue(), [])
    bench.pass(1)
    assert.equal((await bench.injector.revertOverdue()).length, 1)
  })

  test('a failed revert is retried at the next tick, and only reverted faults are returned', async () => {
    using bench = new Bench()
    const { instance } = await bench.inject()
    await bench.inject('noop', {})
    bench.failDeploys(1)
    bench.pass(60_000)
    assert.deepEqual(
      (await bench.injector.revertOverdue()).map(({ fault }) => fault),
      ['noop'],
    )
    assert.deepEqual(
      (await bench.injector.revertOverdue()).map((record) => record.instance),
      [instance],
    )
  })

  test('a clock that is set back does not keep a fault for longer', async () => {
    using bench = new Bench()
    await bench.inject()
    await bench.injector.revertOverdue()
    mock.timers.setTime(startedAt - 3_600_000)
    await bench.injector.revertOverdue()
    assert.equal(bench.injector.open()[0]?.deadlineAt, startedAt - 3_600_000 + 60_000)
  })

  test('a fault that is injected after the clock was set back lasts as long as requested', async () => {
    using bench = new Bench()
    await bench.injector.revertOverdue()
    mock.timers.setTime(startedAt - 3_600_000)
    await bench.inject()
    await bench.injector.revertOverdue()
    assert.deepEqual(
      bench.injector.open().map(({ deadlineAt }) => deadlineAt),
      [Date.now() + 60_000],
    )
  })

  test('follows the machine’s clock, corrected by its uptime', async (context) => {
    using bench = new Bench()
    context.mock.method(os, 'uptime', () => 5_000_000)
    await new Injector(bench.range, bench.ledger).revertOverdue()
    assert.equal(bench.ledger.note('machine-started-at'), String(startedAt - 5_000_000_000))
  })
})

describe('a ramp', () => {
  test('moves its parameter linearly with time, in whole numbers, and stops at its value', async () => {
    using bench = new Bench()
    await bench.spike(60, 30, 20_000)
    const seen: number[] = [await bench.users()]
    for (let second = 0; second < 6; second++) {
      bench.pass(4_500)
      await bench.injector.advanceRamps()
      seen.push(await bench.users())
    }
    assert.deepEqual(seen, [30, 37, 44, 50, 57, 60, 60])
  })

  test('a ramp may fall, and continues after a restart at the value for that time', async () => {
    using bench = new Bench()
    await bench.spike(10, 50, 40_000)
    bench.pass(10_000)
    await new Injector(bench.range, bench.ledger).advanceRamps()
    assert.equal(await bench.users(), 40)
  })

  test('a parameter that is a share moves by fractions', async () => {
    using bench = new Bench()
    await bench.injector.inject(
      'hot-product',
      { share: 0.5 },
      { forMs: 60_000, drill: null, ramp: { param: 'share', from: 1, overMs: 20_000 } },
    )
    const seen: number[] = []
    for (let step = 0; step < 4; step++) {
      bench.pass(5_000)
      await bench.injector.advanceRamps()
      seen.push((await bench.range.load.mix()).hotShare)
    }
    assert.deepEqual(seen, [0.875, 0.75, 0.625, 0.5])
  })

  test('a value is set once, and not again while it has not changed', async () => {
    using bench = new Bench()
    await bench.spike(60, 30, 20_000)
    let set = 0
    const { setUsers } = bench.range.load
    bench.range.load.setUsers = async (count) => (set++, setUsers(count))
    for (let look = 0; look < 3; look++) await bench.injector.advanceRamps()
    assert.equal(set, 1)
    bench.pass(1_000)
    await bench.injector.advanceRamps()
    assert.equal(set, 2)
  })

  test('a step that is under way is not started a second time', async () => {
    using bench = new Bench()
    await bench.spike(60, 30, 20_000)
    bench.pass(5_000)
    let set = 0
    bench.range.load.setUsers = async () => void set++
    await Promise.all([bench.injector.advanceRamps(), bench.injector.advanceRamps()])
    assert.equal(set, 1)
  })

  test('a step that ends after its fault was reverted leaves no effect', async () => {
    using bench = new Bench()
    const { instance } = await bench.spike(60, 30, 20_000)
    bench.pass(10_000)
    const { setUsers } = bench.range.load
    const gate = Promise.withResolvers<void>()
    bench.range.load.setUsers = async (count) => {
      if (count === 45) await gate.promise
      return setUsers(count)
    }
    const advancing = bench.injector.advanceRamps()
    await bench.injector.revert(instance)
    gate.resolve()
    await advancing
    assert.equal(await bench.users(), usualUsers)
  })

  test('a step that takes effect after its fault was reverted leaves none, even if it fails or nothing can be written', async () => {
    const edge = { from: 'gateway', to: 'catalog' } as const
    const delay = (bench: Bench) =>
      bench.injector.inject(
        'http-delay',
        { ...edge, delayMs: 1_000 },
        { forMs: 600_000, drill: null, ramp: { param: 'delayMs', from: 1, overMs: 1_000 } },
      )
    for (const trouble of ['it fails', 'nothing can be written down', 'nothing can be written down while it comes out'] as const) {
      using bench = new Bench()
      await delay(bench)
      const { setFault } = bench.range.mesh
      const late = Promise.withResolvers<void>()
      bench.range.mesh.setFault = async (on, fault) => {
        if (fault === null) return setFault(on, fault)
        await late.promise
        await setFault(on, fault)
        if (trouble === 'it fails') throw new Error('the answer was lost')
      }
      bench.pass(300)
      const advancing = bench.injector.advanceRamps()
      await new Promise((resolve) => setImmediate(resolve))
      if (trouble !== 'it fails') fillDisk(bench)
      const reverting = bench.injector.revertAll()
      if (trouble !== 'nothing can be written down while it comes out') await reverting
      late.resolve()
      await advancing.catch(() => {})
      await reverting
      assert.deepEqual([bench.injector.open(), await bench.range.mesh.faultOn(edge)], [[], null], trouble)
      bench.pass(300)
      await bench.injector.advanceRamps()
      assert.equal(await bench.range.mesh.faultOn(edge), null, trouble)
    }
  })

  test('a fault that is being reverted gets no more steps', async () => {
    using bench = new Bench()
    const slow = Promise.withResolvers<void>()
    const { setUsers } = bench.range.load
    await bench.spike(60, 30, 20_000)
    const edge = { from: 'gateway', to: 'catalog' } as const
    const ramp = { param: 'delayMs', from: 1, overMs: 20_000 }
    const { instance } = await bench.injector.inject('http-delay', { ...edge, delayMs: 1_000 }, { forMs: 60_000, drill: null, ramp })
    bench.range.load.setUsers = async (count) => (await slow.promise, await setUsers(count))
    const set: unknown[] = []
    bench.range.mesh.setFault = async (_edge, fault) => (set.push(fault), await slow.promise)
    bench.pass(10_000)
    const advancing = bench.injector.advanceRamps()
    const reverting = bench.injector.revert(instance)
    slow.resolve()
    await Promise.all([advancing, reverting])
    assert.deepEqual(set, [null])
  })

  test('a fault that is reverted, or has no ramp, is left alone', async () => {
    using bench = new Bench()
    const { instance } = await bench.spike(60, 31, 20_000)
    await bench.injector.revert(instance)
    await bench.injector.inject('load-spike', { users: 70 }, { forMs: 60_000, drill: null })
    bench.pass(5_000)
    await bench.injector.advanceRamps()
    assert.equal(await bench.users(), 70)
  })
})
