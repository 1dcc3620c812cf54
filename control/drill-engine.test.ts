import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { EngineBench, settled, users } from './replay/engine-bench.ts'
import { fillDisk } from './replay/fill-disk.ts'
import { Measured, well } from './replay/measured.ts'
import { failedCheckout } from '../test/failed-checkout.ts'

test('events before an interrupted drill is resumed are part of it', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  bench.restart()
  bench.engine.response.view('dashboard', 'inventory', 'golden signals')
  await bench.engine.response.runAction('list-sessions', {}, { role: 'trainee' })
  bench.fire('meanwhile', { notifies: true })
  await bench.engine.resume()
  await bench.pass(1)
  const types = bench.events(drill).map(({ type }) => type)
  for (const type of ['place-viewed', 'action-run', 'page-received', 'control-resumed'] as const) assert.ok(types.includes(type), type)
  await bench.engine.finish()
})

test('looks during a pause are recorded as events', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  bench.engine.clock.pause()
  bench.engine.response.view('trace', 'inventory', 'a slow one')
  assert.ok(bench.events(drill).some(({ type }) => type === 'place-viewed'))
  bench.engine.clock.continue()
  await bench.engine.finish()
})

test('a fault whose injection is under way when its drill ends is reverted completely', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  bench.holdFaults()
  await bench.pass(5)
  const ending = bench.engine.finish()
  await settled()
  await bench.letFaultsGo()
  await ending
  await bench.pass(3)
  assert.deepEqual(bench.ledger.openFaults(), [])
  assert.equal(await bench.range.releases.current('inventory'), bench.range.releases.baseline('inventory'))
  const types = bench.events(drill).map(({ type }) => type)
  assert.ok(!types.slice(types.indexOf('drill-finished')).includes('fault-injected'), 'nothing goes in after the end')
})

test('a fault that cannot be reverted yet delays neither pages nor the end of the drill', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  const { deploy } = bench.range.releases
  await bench.injector.inject('bad-release', { service: 'catalog', version: '1.9.0' }, { forMs: 2_000, drill: null })
  const gate = Promise.withResolvers<void>()
  bench.range.releases.deploy = async (...args) => {
    await gate.promise
    return deploy(...args)
  }
  await bench.pass(4)
  bench.fire('late', { notifies: false })
  await bench.pass(10)
  assert.deepEqual(bench.pages(drill), ['late'])
  const { startedAt, limitMs } = bench.state(drill)
  while (bench.now <= startedAt + limitMs) {
    bench.now += 8_000
    await bench.pass(1)
  }
  assert.equal(bench.state(drill).outcome, 'time-up')
  gate.resolve()
  await bench.engine.settled()
  assert.deepEqual(bench.injector.open(), [])
})

describe('starting a drill', () => {
  test('records the number of earlier drills, the users’ failures so far, and the fingerprint of the range', async () => {
    using bench = new EngineBench(new Measured({ good: 500, slow: 20, failed: 3 }))
    const first = bench.events(await bench.start())[0]
    await bench.engine.finish()
    const second = bench.events(await bench.start())[0]
    assert.ok(first?.type === 'drill-started' && second?.type === 'drill-started')
    assert.deepEqual([first.number, second.number], [1, 2])
    assert.deepEqual(first.usersBefore, { good: 900, slow: 20, failed: 3 })
    assert.equal(first.fingerprint, second.fingerprint, 'what the first has changed was set back')
    await bench.engine.abort('enough')
  })

  test('happens once: a second drill is refused while the first one starts, runs and ends', async () => {
    using bench = new EngineBench()
    await bench.pass(20)
    const start = () => bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'Robin' })
    const refused = { code: 'conflict', message: /^a drill is already running on this range/ }
    const first = start()
    await assert.rejects(start(), refused, 'it begins')
    const { id } = await first
    await assert.rejects(start(), refused, 'it runs')
    await assert.rejects(bench.engine.restore(), { code: 'conflict', message: /^a drill is running/ })
    const ending = bench.engine.finish()
    await assert.rejects(start(), { code: 'range-not-steady', message: /being restored after the last drill/ }, 'it ends')
    await ending
    await bench.pass(20)
    assert.notEqual((await start()).id, id)
    await bench.engine.abort('enough')
  })

  test('is refused while an instructor’s fault is injected, and works after it was reverted', async () => {
    using bench = new EngineBench()
    const { instance } = await bench.injector.inject('noop', {}, { forMs: 600_000, drill: null })
    await assert.rejects(bench.start(), { code: 'conflict', message: /^an instructor’s fault is injected/ })
    assert.equal(bench.engine.running(), null)
    await bench.injector.revert(instance)
    await bench.start()
    await bench.engine.abort('enough')
  })

  test('restores the range first: what was changed since the last drill is reset', async () => {
    using bench = new EngineBench()
    await bench.range.load.setUsers(7)
    await bench.start()
    assert.equal((await bench.range.load.status())?.users, users)
    await bench.engine.abort('enough')
  })

  test('is refused while the range cannot be restored, and everybody is told', async () => {
    using bench = new EngineBench()
    const { mix } = bench.range.load
    bench.range.load.mix = async () => {
      throw new Error('Locust does not answer')
    }
    assert.deepEqual(bench.engine.troubles, [])
    await assert.rejects(bench.engine.restore(), { code: 'range-not-restored' })
    assert.match(bench.engine.troubles.join(), /^The range is not as it was before the last drill \(.+\)\. The restore is retried/)
    await assert.rejects(bench.start(), { code: 'range-not-restored' })
    bench.range.load.mix = mix
    await bench.engine.restore()
    assert.deepEqual(bench.engine.troubles, [])
    await bench.start()
    await bench.engine.abort('enough')
  })

  test('is refused while a restore hangs, and everybody is told; waiting for it times out', async (context) => {
    using bench = new EngineBench()
    const { mix } = bench.range.load
    const gate = Promise.withResolvers<void>()
    bench.range.load.mix = async () => {
      await gate.promise
      return mix()
    }
    await bench.pass(20)
    context.mock.timers.enable({ apis: ['setTimeout'] })
    const start = () => bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'Robin' })
    const first = start()
    await bench.pass(1)
    assert.deepEqual(bench.engine.troubles, [], 'most take less than that')
    await assert.rejects(start(), { code: 'conflict' })
    await bench.pass(3)
    assert.deepEqual(bench.engine.troubles, ['The range is still being restored. No drill can start until that is done.'])
    const refused = { code: 'range-not-restored', message: /^the range has been restoring for \d+ s: wait.+firedrill up'$/ }
    await assert.rejects(start(), refused, 'while another is about to begin')
    context.mock.timers.tick(60_000)
    await assert.rejects(first, refused, 'that one, too')
    await assert.rejects(start(), refused, 'and those that come later')
    const settledInTime = bench.engine.settled()
    await settled()
    context.mock.timers.tick(60_000)
    await settledInTime
    context.mock.timers.reset()
    gate.resolve()
    await bench.engine.settled()
    assert.deepEqual(bench.engine.troubles, [])
    await bench.start()
    await bench.engine.abort('enough')
  })

  test('is refused for an unknown scenario, and for one that cannot be played on this range', async () => {
    using bench = new EngineBench()
    const start = (id: string) => bench.engine.start(id, { mode: 'learning', trainee: 'Robin' })
    await assert.rejects(start('no-such'), { code: 'not-found', message: "there is no scenario 'no-such'" })
    Object.defineProperty(bench.range, 'lacks', { value: ['mesh'] })
    await assert.rejects(start('long-way'), { code: 'unsupported', message: /cannot be played where the shop runs now$/ })
    await bench.start('slow-shelves')
    await bench.engine.abort('enough')
  })

  test('follows the request: a shift as a shift, a game day with its roles, and without a seed a random draw', async () => {
    using bench = new EngineBench()
    await bench.pass(20)
    const begun = async (scenario: string, options: object = {}) => {
      const { id, ...state } = await bench.engine.start(scenario, { mode: 'learning', trainee: 'Robin', ...options })
      await bench.engine.abort('enough')
      const [first] = bench.events(id)
      return { ...state, gameDay: first?.type === 'drill-started' ? first.gameDay : null }
    }
    const plain = [await begun('slow-shelves'), await begun('slow-shelves'), await begun('slow-shelves')]
    assert.deepEqual(
      plain.map(({ shift, gameDay, communications }) => [shift, gameDay, communications]),
      plain.map(() => [false, undefined, false]),
    )
    assert.equal(new Set(plain.map(({ seed }) => seed)).size, 3)
    assert.ok(plain.every(({ seed }) => seed >= 0 && seed <= 2 ** 31))
    assert.equal((await begun('slow-shelves', { seed: 7 })).seed, 7)
    assert.equal((await begun('quiet-sunday')).shift, true)
    for (const communications of [true, undefined]) {
      const state = await begun('slow-shelves', { gameDay: 'a game day', communications })
      assert.deepEqual([state.gameDay, state.communications], ['a game day', communications ?? false])
    }
  })

  test('is refused if the range fails a check, and until the end of the last drill has been written', async () => {
    const measured = new Measured()
    using bench = new EngineBench(measured)
    measured.next = () => ({ ...well(), backlog: 900 })
    await assert.rejects(bench.start(), { code: 'range-not-steady', message: /The queue is drained/ })
    measured.next = well
    const drill = await bench.start()
    await bench.pass(4)
    const free = fillDisk(bench.ledger)
    await bench.engine.finish()
    await assert.rejects(bench.start(), { code: 'wrong-state', message: /the end of the previous drill cannot be recorded yet/ })
    free()
    await bench.pass(2)
    for (const type of ['drill-finished', 'fault-reverted']) assert.ok(bench.types(drill).includes(type), type)
    await bench.start()
    await bench.engine.abort('enough')
  })

  test('stops the announcing of lost orders: those that are lost from then on belong to the drill', async (context) => {
    using bench = new EngineBench()
    await bench.pass(20)
    let announced = 0
    const { query } = bench.range.database
    bench.range.database.query = async (sql, params) => {
      if (sql.includes('insert into orders.outbox')) announced++
      return query(sql, params)
    }
    context.mock.timers.enable({ apis: ['setTimeout'] })
    await bench.start()
    assert.equal(announced, 1)
    context.mock.timers.tick(60_000)
    await settled()
    assert.equal(announced, 1)
    await bench.engine.abort('enough')
  })

  test('resets the evidence: what users felt before proves nothing', async () => {
    const measured = new Measured()
    using bench = new EngineBench(measured)
    measured.next = () => ({ ...well(), users: { good: 0, slow: 0, failed: 20 } })
    await bench.pass(20)
    measured.next = well
    while (!bench.engine.health.verdict.healthy) await bench.pass(1)
    const { id } = await bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'Robin' })
    // The failures from now on are not noticed by users.
    measured.next = () => ({ ...well(), backlog: 900 })
    await bench.pass(4)
    bench.fire('a', { notifies: true })
    await bench.pass(12)
    assert.equal(bench.state(id).wasBroken, true)
    assert.equal(bench.state(id).milestones.mitigated, null)
    await bench.engine.abort('enough')
  })
})

describe('ending a drill', () => {
  test('it is resolved when it is finished after the recovery, and given up before it', async () => {
    for (const recovered of [true, false]) {
      using bench = new EngineBench()
      const drill = await bench.start()
      const last = recovered ? 'recovered' : 'mitigated'
      bench.engine.stop()
      bench.ledger.append(drill, { type: 'milestone-reached', milestone: last, evidence: '' })
      bench.restart()
      await bench.engine.resume()
      await bench.engine.finish()
      assert.equal(bench.state(drill).outcome, recovered ? 'resolved' : 'given-up')
    }
  })

  test('it ends when its time is up and not a second before, and commands for another drill are refused', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    assert.doesNotThrow(() => bench.engine.mustRun(drill))
    assert.throws(() => bench.engine.mustRun('another'), { code: 'wrong-state', message: 'drill another is not running any more' })
    const { startedAt, limitMs } = bench.state(drill)
    const end = startedAt + limitMs
    while (bench.now < end - 5_000) {
      // Ticks are rare here, but not so rare that the range would count as suspended.
      bench.now += 4_000
      await bench.pass(1)
    }
    while (bench.now < end) await bench.pass(1)
    assert.equal(bench.state(drill).phase, 'running')
    await bench.pass(1)
    assert.deepEqual([bench.state(drill).phase, bench.state(drill).outcome], ['finished', 'time-up'])
    assert.throws(() => bench.engine.mustRun(drill), { code: 'wrong-state' })
  })

  test('it ends once: without a drill there is none to end, and a reset waits until the end is complete', async () => {
    using bench = new EngineBench()
    await assert.rejects(bench.engine.abort('enough'), { code: 'not-found' })
    await assert.rejects(bench.engine.finish(), { code: 'not-found' })
    await bench.start()
    bench.holdFaults()
    await bench.pass(4)
    const ending = bench.engine.abort('enough')
    await assert.rejects(bench.engine.abort('enough'), { code: 'wrong-state' })
    let isRestored = false
    const restoring = bench.engine.restore().then(() => (isRestored = true))
    await settled()
    assert.equal(isRestored, false)
    await bench.letFaultsGo()
    await Promise.all([ending, restoring])
    assert.deepEqual([bench.injector.open(), bench.engine.running()], [[], null])
  })
})

test('a drill in which every step is reached ends by itself, resolved, and not before the range was measured as healthy', async () => {
  const measured = new Measured()
  using bench = new EngineBench(measured)
  const drill = await bench.start()
  measured.next = () => ({ ...well(), users: { good: 0, slow: 0, failed: 20 } })
  await bench.pass(10)
  bench.fire('a', { notifies: true })
  bench.engine.pages.acknowledge()
  await bench.pass(5)
  bench.engine.response.view('trace', 'inventory', 'a slow trace')
  assert.equal(bench.engine.response.nameCause('inventory', 'release', 'it was deployed'), true)
  await bench.engine.response.runAction('roll-back', { service: 'inventory' }, { role: 'trainee' })
  measured.next = well
  const [alert] = bench.alerts.splice(0)
  if (alert) bench.engine.pages.receive(alert, 'resolved')
  const changedAt = bench.now
  while (bench.engine.running() && bench.now - changedAt < 120_000) await bench.pass(1)
  const { phase, outcome, milestones, endedAt } = bench.state(drill)
  assert.deepEqual([phase, outcome], ['finished', 'resolved'], JSON.stringify(milestones))
  const steps = ['acknowledged', 'located', 'diagnosed', 'mitigated', 'recovered'] as const
  const at = steps.map((step) => milestones[step] ?? 0)
  assert.deepEqual(
    at,
    at.toSorted((a, b) => a - b),
  )
  assert.ok((milestones.mitigated ?? 0) >= changedAt + 6_000, 'users had to be served for a while')
  assert.equal(milestones.recovered, endedAt)
})

describe('a manual change', () => {
  test('is allowed in and out of drills, but not while one starts or ends, or the range is restored', async () => {
    using bench = new EngineBench()
    await bench.pass(20)
    const refused = (message: RegExp) => assert.throws(() => bench.engine.mustTakeChanges(), { code: 'range-not-steady', message })
    const taken = () => assert.doesNotThrow(() => bench.engine.mustTakeChanges())
    taken()
    const { mix } = bench.range.load
    const gate = Promise.withResolvers<void>()
    bench.range.load.mix = async () => (await gate.promise, await mix())
    const restoring = bench.engine.restore()
    await settled()
    refused(/^the range is being restored/)
    gate.resolve()
    await restoring
    taken()
    const starting = bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'Robin' })
    refused(/^a drill is about to begin/)
    await starting
    taken()
    // The end of the drill waits for changes that are under way, before it restores anything.
    bench.holdFaults()
    await bench.pass(4)
    const ending = bench.engine.finish()
    refused(/^the range is being restored/)
    await bench.letFaultsGo()
    await ending
    taken()
  })

  test('is waited for before a drill starts, and nothing is restored meanwhile', async () => {
    using bench = new EngineBench()
    await bench.pass(20)
    const gate = Promise.withResolvers<void>()
    bench.range.processes.restart = () => gate.promise
    const running = bench.engine.response.runAction('restart', { component: 'redis' }, { role: 'instructor' })
    await bench.range.load.setUsers(7)
    await assert.rejects(bench.start(), { code: 'range-not-steady', message: /'Restart a component' is still being carried out/ })
    assert.equal((await bench.range.load.status()).users, 7)
    gate.resolve()
    await running
    await bench.start()
    await bench.engine.abort('enough')
  })
})

describe('an injected fault', () => {
  const release = { service: 'inventory', version: '1.5.0' }

  test('voids the drill when others revert it early, and is recorded when its planned time is over', async () => {
    for (const isPlanned of [true, false]) {
      using bench = new EngineBench()
      const drill = await bench.start()
      await bench.pass(6)
      const [record] = bench.injector.open()
      assert.ok(record)
      if (isPlanned) bench.ledger.extendFaults(drill, bench.now - record.deadlineAt - 1_000)
      await bench.beside((injector) => injector.revertAll())
      await bench.pass(1)
      assert.equal(bench.state(drill).phase, isPlanned ? 'running' : 'void')
      await bench.engine.settled()
      const noted = bench.events(drill).flatMap((event) => (event.type === 'fault-reverted' ? [event.instance] : []))
      assert.deepEqual(noted, [record.instance])
      if (isPlanned) await bench.engine.finish()
    }
  })

  test('voids the drill when the engine was suspended for as long as the lease', async () => {
    for (const [stoodMs, phase] of [
      [9_999, 'running'],
      [10_000, 'void'],
    ] as const) {
      using bench = new EngineBench()
      const drill = await bench.start()
      await bench.pass(6)
      bench.now += stoodMs - 1_000
      await bench.pass(1)
      assert.equal(bench.state(drill).phase, phase)
      await bench.engine.settled()
      if (phase === 'running') await bench.engine.finish()
    }
  })

  test('is recorded after a crash if it was not before; easing that was interrupted is completed', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    const { instance } = await bench.injector.inject('bad-release', release, { forMs: 600_000, drill })
    await bench.pass(5)
    assert.deepEqual(
      bench.events(drill).flatMap((event) => (event.type === 'fault-injected' ? [[event.instance, event.step]] : [])),
      [[instance, 0]],
    )
    await bench.engine.finish()
    const other = await bench.start('every-fourth-page')
    await bench.pass(6)
    bench.ledger.append(other, { type: 'scenario-eased', what: '' })
    bench.restart()
    await bench.engine.resume()
    await bench.pass(3)
    assert.deepEqual(
      bench.injector.open().map(({ params }) => (params as { percent?: number }).percent),
      [12],
    )
    await bench.engine.finish()
  })

  test('that cannot be injected ends the drill', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    bench.range.releases.deploy = () => Promise.reject(new Error('the pipeline is down'))
    await bench.pass(4)
    await bench.engine.settled()
    const ended = bench.events(drill).flatMap((event) => (event.type === 'drill-aborted' ? [event.reason] : []))
    assert.deepEqual(ended, ['a fault could not be injected; the range was restored'])
  })
})

test('a control plane that stops leaves a failed restore to the next one', async (context) => {
  using bench = new EngineBench()
  bench.range.load.mix = () => Promise.reject(new Error('Locust does not answer'))
  context.mock.timers.enable({ apis: ['setTimeout'] })
  await assert.rejects(bench.engine.restore(), { code: 'range-not-restored' })
  bench.engine.stop()
  const looked = context.mock.method(bench.range.load, 'mix')
  context.mock.timers.tick(60_000)
  await settled()
  assert.equal(looked.mock.callCount(), 0)
})

describe('each second', () => {
  test('every part of a drill is called: health, harm, the pager, the coach, people and customers', async () => {
    const measured = new Measured()
    using bench = new EngineBench(measured)
    const drill = await bench.start('old-tags')
    measured.next = () => ({ ...well(), users: { good: 15, slow: 0, failed: 5 } })
    for (let number = 1; number <= 120; number++) bench.kept.push(failedCheckout(number, bench.now + number * 1e3))
    await bench.pass(5)
    bench.fire('a', { notifies: false })
    await bench.pass(185)
    bench.engine.pages.acknowledge()
    await bench.pass(10)
    const types = bench.types(drill)
    for (const type of ['health-changed', 'harm-measured', 'page-received', 'page-escalated', 'coach-said', 'person-said', 'ticket-opened'])
      assert.ok(types.includes(type), type)
    await bench.engine.abort('enough')
  })

  test('listeners receive the health of the range, and the ledger records that the control plane is alive', async () => {
    using bench = new EngineBench()
    const told: [at: number | undefined, healthy: boolean][] = []
    bench.engine.live.on('verdict', (verdict) => told.push(['at' in verdict ? Number(verdict.at) : undefined, verdict.healthy]))
    const from = bench.now
    await bench.pass(20)
    assert.deepEqual(
      told.map(([at]) => at),
      Array.from({ length: 20 }, (_, second) => from + (second + 1) * 1_000),
    )
    assert.equal(told.at(-1)?.[1], true)
    assert.equal(bench.ledger.aliveAt(), bench.now)
  })

  test('without a drill, an instructor’s fault ramps, and is reverted when its time is over', async (context) => {
    using bench = new EngineBench()
    const ramp = { param: 'users', from: 40, overMs: 10_000 }
    await bench.injector.inject('load-spike', { users: 60 }, { forMs: 20_000, drill: null, ramp })
    const loudly = context.mock.method(process.stderr, 'write', () => true)
    await bench.pass(5)
    assert.equal((await bench.range.load.status()).users, 50)
    await bench.pass(10)
    assert.equal((await bench.range.load.status()).users, 60)
    await bench.pass(5)
    assert.equal((await bench.range.load.status()).users, users)
    assert.deepEqual(
      loudly.mock.calls.map(({ arguments: [text] }) => text),
      [],
      'nothing has gone wrong',
    )
  })

  test('a fault whose injection takes long is not injected a second time', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    bench.holdFaults()
    await bench.pass(10)
    assert.equal(bench.ledger.openFaults().length, 1)
    await bench.letFaultsGo()
    await bench.pass(3)
    assert.equal(bench.types(drill).filter((type) => type === 'fault-injected').length, 1)
    await bench.engine.finish()
  })

  test('faults that became due between two ticks are injected together, in order', async () => {
    using bench = new EngineBench()
    const drill = await bench.start('release-train')
    bench.now += 8_000
    await bench.pass(1)
    assert.deepEqual(bench.state(drill).injectedSteps, [0, 1, 2])
    await bench.pass(2)
    assert.deepEqual(bench.state(drill).injectedSteps, [0, 1, 2, 3])
    await bench.engine.finish()
  })

  test('in a pause nothing is said or injected, and a forgotten pause ends', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    bench.engine.clock.pause()
    const before = bench.types(drill)
    await bench.pass(10)
    assert.deepEqual(bench.types(drill), before)
    for (let minute = 0; minute < 31; minute++) {
      // Ticks are rare here, but not so rare that the range would count as suspended.
      for (let look = 0; look < 8; look++) {
        bench.now += 6_500
        await bench.pass(1)
      }
    }
    assert.ok(bench.types(drill).includes('drill-continued'))
    await bench.engine.abort('enough')
  })

  test('a machine that slept while no drill ran starts one as before', async () => {
    using bench = new EngineBench()
    await bench.pass(20)
    bench.now += 3_600_000
    await bench.pass(1)
    const drill = await bench.start()
    await bench.pass(6)
    assert.deepEqual([bench.state(drill).phase, bench.injector.open().length], ['running', 1])
    await bench.engine.abort('enough')
  })
})
