import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { isPlayable } from '../../drills/scenarios.ts'
import { needsTerminal } from '../../model/scenario.ts'
import { started } from '../replay/current-bench.ts'
import { EasedBench, easedScenario } from '../replay/eased-bench.ts'
import { EngineBench, scenarios, settled } from '../replay/engine-bench.ts'
import { Measured, well } from '../replay/measured.ts'

const inventory = (bench: EngineBench) => bench.range.releases.current('inventory')
const injected = (bench: EngineBench, drill: string) =>
  bench.events(drill).flatMap((event) => (event.type === 'fault-injected' ? [{ step: event.step, fault: event.fault, at: event.at }] : []))

describe('faults of the timeline', () => {
  test('a fault is injected when it is due, and once', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    const { startedAt } = bench.state(drill)
    await bench.pass(2)
    assert.deepEqual(injected(bench, drill), [])
    await bench.pass(20)
    assert.deepEqual(injected(bench, drill), [{ step: 0, fault: 'bad-release', at: startedAt + 3_000 }])
    await bench.engine.finish()
  })

  test('a pause delays faults that are not injected yet', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    const { startedAt } = bench.state(drill)
    await bench.pass(2)
    bench.engine.clock.pause()
    await bench.pass(10)
    assert.deepEqual(injected(bench, drill), [])
    bench.engine.clock.continue()
    await bench.pass(5)
    assert.deepEqual(
      injected(bench, drill).map(({ at }) => at - startedAt),
      [13_000],
    )
    await bench.engine.finish()
  })

  test('a fault’s deadline is a minute after its drill’s end, so that the end of the drill reverts it', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    await bench.pass(6)
    const { startedAt, limitMs } = bench.state(drill)
    assert.deepEqual(
      bench.injector.open().map(({ drill: of, deadlineAt }) => [of, deadlineAt]),
      [[drill, startedAt + limitMs + 60_000]],
    )
    await bench.engine.finish()
  })

  test('the steps of every timeline that can be simulated are injected in order, each for its duration', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    const state = bench.state(drill)
    for (const scenario of scenarios.values()) {
      const timeline = (scenario.versions?.of({ seed: 1, variant: null }) ?? scenario).timeline
      const played = { ...state, scenario: scenario.id, limitMs: scenario.limit, variant: null, seed: 1 }
      for (const ms of new Set([0, ...timeline.flatMap(({ at }) => [at - 1, at])])) {
        bench.now = state.startedAt + Math.max(0, ms)
        const due = [...bench.engine.faults.due(played)]
        assert.deepEqual(
          due.map(({ step }) => step),
          timeline.flatMap(({ at }, step) => (at <= ms ? [step] : [])),
          `${scenario.id} after ${ms} ms`,
        )
        for (const { step, forMs } of due)
          assert.equal(forMs, timeline[step]?.for ?? Math.max(1_000, scenario.limit - ms) + 60_000, `${scenario.id}, step ${step}`)
      }
      const all = timeline.map((_, step) => step)
      assert.deepEqual([...bench.engine.faults.due({ ...played, injectedSteps: all })], [], scenario.id)
    }
    bench.now = state.startedAt
    await bench.engine.finish()
  })

  test('a fault that was injected but not recorded before a restart is recorded, and not injected again', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    await bench.pass(1)
    const params = { service: 'inventory', version: '1.5.0' }
    const { instance } = await bench.injector.inject('bad-release', params, { forMs: 600_000, drill })
    const due = { step: 0, fault: 'bad-release', params, forMs: 1, by: Infinity }
    assert.equal(bench.engine.faults.standing(drill, due)?.instance, instance)
    for (const other of [
      { ...due, fault: 'noop' },
      { ...due, params: { ...params, version: '1.6.0' } },
    ])
      assert.equal(bench.engine.faults.standing(drill, other), undefined)
    assert.equal(bench.engine.faults.standing('another', due), undefined)
    bench.restart()
    await bench.engine.resume()
    await bench.pass(5)
    assert.deepEqual(
      bench.injector.open().map((record) => record.instance),
      [instance],
    )
    assert.equal(injected(bench, drill).length, 1)
    await bench.engine.finish()
  })

  test('a fault that cannot be injected ends the drill, and the range is restored', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    const { deploy } = bench.range.releases
    let failing = true
    bench.range.releases.deploy = async (...args) => {
      if (failing) throw new Error('the pipeline is down')
      return deploy(...args)
    }
    await bench.pass(4)
    failing = false
    await bench.engine.settled()
    const ended = bench.events(drill).find(({ type }) => type === 'drill-aborted')
    assert.equal(ended?.type === 'drill-aborted' ? ended.reason : '', 'a fault could not be injected; the range was restored')
    assert.deepEqual(bench.injector.open(), [])
  })

  test('a fault that is being planned when its drill ends is not injected', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    await bench.pass(2)
    const { current, deploy } = bench.range.releases
    const asked = Promise.withResolvers<void>()
    bench.range.releases.current = async (service) => {
      await asked.promise
      return current(service)
    }
    let deployed = 0
    bench.range.releases.deploy = (...args) => (deployed++, deploy(...args))
    await bench.pass(2)
    assert.equal(bench.engine.faults.isGoingIn, true)
    const finished = bench.engine.finish()
    asked.resolve()
    await finished
    assert.deepEqual([deployed, bench.ledger.faultsSince(0)], [0, []])
    assert.equal(bench.state(drill).phase, 'finished')
  })

  test('a fault whose planning takes long keeps the deadline of its drill’s end', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    const { current } = bench.range.releases
    const asked = Promise.withResolvers<void>()
    bench.range.releases.current = async (service) => {
      await asked.promise
      return current(service)
    }
    await bench.pass(40)
    bench.range.releases.current = current
    asked.resolve()
    await bench.pass(1)
    const [record] = bench.injector.open()
    const { startedAt, limitMs } = bench.state(drill)
    assert.ok(record && record.deadlineAt <= startedAt + limitMs + 61_000, `${(record?.deadlineAt ?? 0) - startedAt - limitMs} ms after it`)
    await bench.engine.finish()
  })

  test('pages that arrive during an injection belong to the fault', async () => {
    using bench = new EngineBench()
    await bench.start()
    assert.equal(bench.engine.faults.isGoingIn, false)
    bench.holdFaults()
    await bench.pass(4)
    assert.equal(bench.engine.faults.isGoingIn, true)
    await bench.letFaultsGo()
    assert.equal(bench.engine.faults.isGoingIn, false)
    await bench.engine.finish()
  })
})

describe('easing', () => {
  test('the number of users is reduced once in a drill, and the trainee is told what is easier', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    await bench.pass(6)
    let set = 0
    const { setUsers } = bench.range.load
    bench.range.load.setUsers = async (count) => (set++, setUsers(count))
    await Promise.all([bench.engine.faults.ease(), bench.engine.faults.ease()])
    await bench.engine.faults.ease()
    assert.deepEqual([set, (await bench.range.load.status()).users], [1, 20])
    const eased = bench.events(drill).filter(({ type }) => type === 'scenario-eased')
    assert.deepEqual(
      eased.map((event) => (event.type === 'scenario-eased' ? event.what : '')),
      ['fewer customers arrive than before, so there is less time pressure.'],
    )
    await bench.engine.finish()
  })

  test('a fault is replaced by a lighter one until the same deadline, and that does not void the drill', async () => {
    using bench = new EngineBench()
    const scenario = [...scenarios.values()].find(
      ({ ease, timeline }) => ease?.steps[0] && timeline[ease.steps[0].step]?.fault === 'http-abort',
    )
    const step = scenario?.ease?.steps[0]
    assert.ok(scenario && step)
    const drill = await bench.start(scenario.id)
    await bench.pass(Math.max(...scenario.timeline.map(({ at }) => at)) / 1_000 + 2)
    const heavy = bench.injector.open().find(({ fault }) => fault === 'http-abort')
    assert.ok(heavy)
    await bench.engine.faults.ease()
    await bench.pass(1)
    const light = bench.injector.open().find(({ fault }) => fault === 'http-abort')
    assert.notEqual(light?.instance, heavy.instance)
    assert.deepEqual(light?.params, { ...(heavy.params as object), ...step.params })
    assert.equal(light?.deadlineAt, heavy.deadlineAt)
    await bench.pass(3)
    assert.equal(bench.state(drill).phase, 'running')
    await bench.engine.finish()
  })

  for (const [what, interrupt] of Object.entries<(bench: EngineBench) => Promise<unknown>>({
    'the lighter fault cannot be had': async (bench) => {
      const { setFault } = bench.range.mesh
      bench.range.mesh.setFault = async (edge, fault) => {
        if (fault !== null) throw new Error('the proxy does not answer')
        return setFault(edge, fault)
      }
      await bench.engine.faults.ease()
      await bench.pass(1)
      bench.range.mesh.setFault = setFault
      await bench.engine.settled()
    },
    'the control plane dies after the heavy one is out': async (bench) => {
      await bench.engine.faults.ease()
      bench.restart()
      await bench.engine.resume()
    },
    'the control plane dies while the heavy one comes out': async (bench) => {
      const { setFault } = bench.range.mesh
      bench.range.mesh.setFault = () => new Promise<never>(() => {})
      void bench.engine.faults.ease()
      await settled()
      bench.range.mesh.setFault = setFault
      bench.restart()
      await bench.engine.resume()
    },
    'the control plane dies before it could note that the heavy one is out': async (bench) => {
      const { append } = bench.ledger
      bench.ledger.append = (drill, body, ...others) => {
        if (body.type === 'fault-reverted') throw new Error('database or disk is full')
        return append.call(bench.ledger, drill, body, ...others)
      }
      await bench.engine.faults.ease().catch(() => {})
      bench.restart()
      await bench.engine.resume()
    },
  }))
    test(`a drill that continues has its fault injected, however easing went: ${what}`, async () => {
      using bench = new EngineBench()
      const drill = await bench.start('every-fourth-page')
      await bench.pass(10)
      await interrupt(bench)
      await bench.pass(5)
      const isIn = bench.injector.open().map(({ params }) => (params as { percent?: number }).percent)
      const { phase } = bench.state(drill)
      if (what === 'the lighter fault cannot be had') assert.deepEqual([phase, isIn], ['aborted', []])
      else assert.deepEqual([phase, isIn], ['running', [12]])
      if (phase === 'running') await bench.engine.finish()
    })

  test('healthy users while a fault is replaced by a lighter one prove nothing', async () => {
    const measured = new Measured()
    using bench = new EngineBench(measured)
    const drill = await bench.start('every-fourth-page')
    await bench.pass(10)
    measured.next = () => ({ ...well(), users: { good: 8, slow: 0, failed: 4 } })
    bench.fire('page', { notifies: true })
    await bench.pass(15)
    assert.equal(bench.state(drill).wasBroken, true)
    const { setFault } = bench.range.mesh
    const gate = Promise.withResolvers<void>()
    bench.range.mesh.setFault = async (edge, fault) => {
      if (fault !== null) await gate.promise
      return setFault(edge, fault)
    }
    await bench.engine.faults.ease()
    measured.next = well
    await bench.pass(30)
    bench.engine.response.view('trace', 'catalog', 'a trace')
    bench.alerts.length = 0
    await bench.pass(5)
    bench.engine.response.view('logs', 'catalog', 'logs')
    assert.deepEqual([bench.state(drill).milestones.mitigated, bench.state(drill).milestones.recovered], [null, null])
    gate.resolve()
    await bench.pass(3)
    assert.equal(bench.injector.open().length, 1)
    await bench.engine.finish()
  })

  test('failed easing is not announced, and can be repeated later', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    await bench.pass(6)
    const { setUsers } = bench.range.load
    bench.range.load.setUsers = async () => {
      throw new Error('Locust does not answer')
    }
    await assert.rejects(bench.engine.faults.ease(), /Locust does not answer/)
    assert.ok(!bench.types(drill).includes('scenario-eased'))
    bench.range.load.setUsers = setUsers
    await bench.engine.faults.ease()
    assert.deepEqual(
      [bench.types(drill).filter((type) => type === 'scenario-eased').length, (await bench.range.load.status()).users],
      [1, 20],
    )
    await bench.engine.finish()
  })

  test('while easing is under way, and for a while after it has failed, it is not decided again', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    await bench.pass(6)
    const gate = Promise.withResolvers<void>()
    bench.range.load.setUsers = () => gate.promise
    const easing = bench.engine.faults.ease()
    assert.equal(bench.engine.faults.isEasing, true)
    gate.reject(new Error('Locust does not answer'))
    await assert.rejects(easing)
    assert.equal(bench.engine.faults.isEasing, true)
    bench.now += 15_000
    assert.equal(bench.engine.faults.isEasing, false)
    assert.ok(!bench.types(drill).includes('scenario-eased'))
    await bench.engine.finish()
  })

  test('a scenario whose author allows no easing stays as it is', async () => {
    const hard = [...scenarios.values()].find(
      (scenario) => !scenario.ease && isPlayable(scenario, { lacks: [] }) && !needsTerminal(scenario),
    )
    assert.ok(hard)
    using bench = new EngineBench()
    const drill = await bench.start(hard.id)
    await bench.engine.faults.ease()
    assert.ok(!bench.types(drill).includes('scenario-eased'))
    await bench.engine.finish()
  })

  test('a drill that is over is not eased', async () => {
    using bench = new EngineBench()
    await bench.start()
    await bench.engine.finish()
    await assert.rejects(bench.engine.faults.ease(), { code: 'wrong-state' })
  })
})

test('a drill that ends during an injection leaves nothing of the fault in the range', async () => {
  using bench = new EngineBench()
  await bench.start()
  const usual = await inventory(bench)
  bench.holdFaults()
  await bench.pass(4)
  const ending = bench.engine.abort('enough')
  await settled()
  await bench.letFaultsGo()
  await ending
  assert.deepEqual([await inventory(bench), bench.injector.open()], [usual, []])
})

describe('the class alone, on the test’s clock', () => {
  const startedAt = 1_000_000
  /** A drill two seconds after its start, in which the first two faults are injected. */
  async function begun(context: TestContext, bench: EasedBench): Promise<{ at: (ms: number) => void }> {
    context.mock.timers.enable({ apis: ['Date'], now: startedAt })
    bench.begin()
    const at = (ms: number) => context.mock.timers.setTime(startedAt + ms)
    at(2_000)
    await bench.look()
    return { at }
  }
  const end = startedAt + started.limitMs + 60_000

  test('a fault that is injected again is lighter, and keeps its deadline', async (context) => {
    using bench = new EasedBench()
    const { at } = await begun(context, bench)
    assert.deepEqual(bench.isIn(), [
      ['40 %', startedAt + 62_000],
      ['800 ms', end],
    ])
    const users = context.mock.method(bench.range.load, 'setUsers')
    await bench.faults.ease()
    assert.equal(users.mock.callCount(), 0, 'its author says nothing of users')
    assert.deepEqual(
      bench.drill.events.flatMap((event) => (event.type === 'fault-reverted' ? [event.again] : [])),
      [1, 0],
    )
    at(12_000)
    await bench.look()
    assert.deepEqual(bench.isIn(), [
      ['10 %', startedAt + 61_000],
      ['200 ms', end],
    ])
    at(13_000)
    await bench.faults.goOnEasing()
    await bench.look()
    assert.deepEqual([bench.isIn().length, bench.drill.events.filter(({ type }) => type === 'fault-reverted').length], [2, 2])
  })

  test('a fault that is injected again when its time is over stays for a second', async (context) => {
    using bench = new EasedBench()
    const { at } = await begun(context, bench)
    at(61_000)
    await bench.faults.ease()
    at(61_500)
    await bench.look()
    assert.deepEqual(bench.isIn()[0], ['10 %', startedAt + 62_500])
  })

  test('a fault whose time is over is not injected again', async (context) => {
    using bench = new EasedBench()
    const { at } = await begun(context, bench)
    at(62_000)
    await bench.faults.ease()
    await bench.injector.revertOverdue()
    await bench.look()
    assert.deepEqual(bench.isIn(), [['200 ms', end]])
    assert.deepEqual(
      bench.faults.takenOut().over.map(({ fault }) => fault),
      ['http-abort'],
    )
    assert.equal(bench.faults.isChanging(), false)
  })

  test('a fault that is replaced by a lighter one is known until that is injected, and does not count as reverted by somebody else', async (context) => {
    using bench = new EasedBench()
    assert.equal(bench.faults.isChanging(), false)
    await bench.faults.goOnEasing()
    assert.deepEqual(bench.faults.takenOut(), { over: [], lost: [] })
    await begun(context, bench)
    assert.equal(bench.faults.isChanging(), false)
    const out = Promise.withResolvers<void>()
    const { setFault } = bench.range.mesh
    let asked = 0
    bench.range.mesh.setFault = async (edge, fault) => {
      if (fault === null) {
        asked++
        await out.promise
      }
      return setFault(edge, fault)
    }
    const easing = bench.faults.ease()
    await settled()
    await bench.faults.goOnEasing()
    assert.deepEqual([bench.faults.isChanging(), bench.faults.isEasing, asked], [true, true, 1])
    assert.deepEqual(bench.faults.takenOut().lost, [])
    out.resolve()
    await easing
    assert.deepEqual([bench.faults.isChanging(), bench.faults.isEasing], [true, false])
    await bench.look()
    assert.equal(bench.faults.isChanging(), false)
  })

  test('a drill that ends during its easing is left as it is', async (context) => {
    using bench = new EasedBench()
    await begun(context, bench)
    const { setFault } = bench.range.mesh
    bench.range.mesh.setFault = async (edge, fault) => {
      if (bench.drill.running()) bench.drill.append({ type: 'drill-finished', outcome: 'given-up' })
      return setFault(edge, fault)
    }
    await bench.faults.ease()
    assert.equal(bench.drill.events.at(-1)?.type, 'drill-finished')
    assert.equal(bench.faults.isChanging(), false)
  })

  test('an unrecorded fault is found again, even if it is heavier than it would be now, or the clock was set back', async (context) => {
    using bench = new EasedBench()
    context.mock.timers.enable({ apis: ['Date'], now: startedAt })
    bench.begin()
    const [first, second] = easedScenario.timeline
    assert.ok(first && second)
    const heavy = await bench.injector.inject(first.fault, first.params, { forMs: 60_000, drill: 'one' })
    const other = await bench.injector.inject(second.fault, { ...second.params, delayMs: 77 }, { forMs: 60_000, drill: 'one' })
    await bench.look()
    assert.deepEqual(bench.drill.running()?.injectedSteps, [0], 'before its time')
    assert.equal(bench.faults.standing('one', { ...first, step: 0 }), undefined, 'it is noted by now')
    bench.drill.begin('two', { ...started, scenario: easedScenario.id })
    bench.drill.append({ type: 'scenario-eased', what: '' })
    for (const drill of ['one', 'two']) {
      const found = bench.faults.standing(drill, { step: 0, fault: first.fault, params: { ...first.params, percent: 10 } })
      assert.equal(found?.instance, drill === 'one' ? heavy.instance : undefined)
    }
    assert.equal(bench.faults.standing('one', { ...second, step: 1 }), undefined, `that of ${other.instance} is another`)
  })

  test('a fault that is due at the end, or is slow to inject, is reverted within a minute after it', (context) => {
    using bench = new EasedBench()
    context.mock.timers.enable({ apis: ['Date'], now: startedAt })
    bench.begin()
    const state = bench.drill.running()
    assert.ok(state)
    const dueNow = () => [...bench.faults.due(state)].map(({ forMs, by }) => [forMs, by - Date.now()])
    for (const [passedMs, leftMs] of [
      [2_000, started.limitMs - 2_000 + 60_000],
      [started.limitMs + 5_000, 61_000],
    ] as const) {
      context.mock.timers.setTime(startedAt + passedMs)
      assert.deepEqual(dueNow().slice(0, 2), [
        [60_000, leftMs],
        [leftMs, leftMs],
      ])
    }
  })

  test('the usual traffic is that before the first fault, or unknown', async (context) => {
    for (const isKnown of [true, false]) {
      using bench = new EasedBench()
      const measure = async (good: number) => {
        bench.measured.next = () => ({ ...well(), users: { good, slow: 0, failed: 0 } })
        for (let second = 0; second < 10; second++) await bench.measured.tick((bench.measured.samples().at(-1)?.at ?? 0) + 1_000)
      }
      if (isKnown) await measure(20)
      context.mock.timers.reset()
      const { at } = await begun(context, bench)
      await measure(3)
      at(500_000)
      await bench.look()
      assert.equal(bench.ledger.note('usual-traffic'), isKnown ? 'one 20' : null)
    }
  })

  test('a fault whose incident is over by the time it is injected is reverted, and an error then is ignored', async (context) => {
    for (const fails of [false, true]) {
      using bench = new EasedBench()
      context.mock.timers.reset()
      context.mock.timers.enable({ apis: ['Date'], now: startedAt })
      bench.begin()
      let isOver = false
      bench.drill.isPending = () => !isOver
      const { setFault } = bench.range.mesh
      bench.range.mesh.setFault = async (edge, fault) => {
        isOver = true
        await setFault(edge, fault)
        if (fails && fault !== null) throw new Error('the proxy does not answer')
      }
      context.mock.timers.setTime(startedAt + 1_000)
      await bench.look()
      assert.deepEqual([bench.isIn(), bench.drill.events.length, bench.faults.isGoingIn], [[], 1, false])
    }
  })
})

test('overdue faults are reverted, one at a time, however long that takes', async (context) => {
  using bench = new EngineBench()
  await bench.pass(1)
  const gate = Promise.withResolvers<never[]>()
  const looks = context.mock.method(bench.injector, 'revertOverdue', () => gate.promise)
  await bench.pass(3)
  assert.equal(looks.mock.callCount(), 1)
  gate.resolve([])
  await settled()
  await bench.pass(3)
  assert.equal(looks.mock.callCount(), 4)
})

test('a drill that ends before the number of users was reduced is not announced as easier', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  const gate = Promise.withResolvers<void>()
  bench.range.load.setUsers = () => gate.promise
  const easing = bench.engine.faults.ease()
  const ending = bench.engine.finish()
  gate.resolve()
  await Promise.all([easing, ending])
  assert.ok(!bench.types(drill).includes('scenario-eased'))
})
