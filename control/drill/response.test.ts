import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { EngineBench, settled } from '../replay/engine-bench.ts'
import { ShiftBench } from '../replay/shift-bench.ts'
import { ledgerWrites } from '../simulation/mortal.ts'

const robin = { name: 'Robin', role: 'lead' }
const eventsOf = <Type extends string>(bench: EngineBench, drill: string, type: Type) =>
  bench.events(drill).filter((event) => event.type === type)
const command = { command: 'redis-cli flushall', folder: '/', status: 0, shell: 's', kind: 'change' } as const

describe('looking', () => {
  test('the same place is recorded once, each component and view separately; outside a drill nothing is', async () => {
    using bench = new EngineBench()
    const { response } = bench.engine
    response.view('logs', 'redis', 'before')
    const drill = await bench.start()
    for (const [view, component] of [
      ['logs', 'redis'],
      ['logs', 'redis'],
      ['logs', 'orders'],
      ['trace', 'redis'],
      ['logs', null],
      ['logs', null],
    ] as const)
      response.view(view, component, 'detail', robin)
    const seen = eventsOf(bench, drill, 'place-viewed').map((event) =>
      event.type === 'place-viewed' ? [event.view, event.component, event.by?.name] : [],
    )
    assert.deepEqual(seen, [
      ['logs', 'redis', 'Robin'],
      ['logs', 'orders', 'Robin'],
      ['trace', 'redis', 'Robin'],
      ['logs', null, 'Robin'],
    ])
    await bench.engine.finish()
  })

  test('a look at the right place locates the cause immediately', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    bench.engine.response.view('logs', 'redis', 'the logs of redis')
    assert.equal(bench.state(drill).milestones.located, null)
    bench.engine.response.view('trace', 'inventory', 'a slow trace')
    assert.equal(bench.state(drill).milestones.located, bench.now)
    await bench.engine.finish()
  })

  test('in a shift, the same place is recorded again after a fault or a page: it may be about another incident', async () => {
    using bench = await ShiftBench.begin()
    const { response } = bench.engine
    const look = () => {
      for (let time = 0; time < 2; time++) response.view('logs', 'redis', 'the logs of redis')
      return eventsOf(bench, bench.drill, 'place-viewed').length
    }
    assert.equal(look(), 1)
    await bench.next()
    assert.equal(look(), 2)
    bench.page('CheckoutLatencyBudgetBurn')
    assert.equal(look(), 3)
    response.view('logs', 'orders', 'the logs of orders')
    assert.equal(look(), 4, 'that place and one other')
    await bench.engine.finish()
  })

  test('a look that cannot be written is recorded when it can be, in the same drill', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    Object.defineProperty(bench.ledger, 'append', {
      value: () => {
        throw new Error('database or disk is full')
      },
      configurable: true,
    })
    assert.doesNotThrow(() => bench.engine.response.view('logs', 'redis', 'the logs of redis'))
    Reflect.deleteProperty(bench.ledger, 'append')
    await bench.pass(1)
    assert.equal(eventsOf(bench, drill, 'place-viewed').length, 1)
    await bench.engine.finish()
  })
})

describe('naming the cause', () => {
  test('a wrong cause counts each time, the right one once, and nothing after it', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    const { response } = bench.engine
    assert.equal(response.nameCause('redis', 'cache', 'a guess'), false)
    assert.equal(response.nameCause('inventory', 'database', 'the right component, the wrong category'), false)
    assert.equal(response.nameCause('inventory', 'release', 'found', robin), true)
    assert.equal(bench.state(drill).milestones.diagnosed, bench.now)
    assert.equal(response.nameCause('redis', 'cache', 'after it was found'), true)
    assert.deepEqual(
      eventsOf(bench, drill, 'cause-named').map((event) => (event.type === 'cause-named' ? [event.sentence, event.correct] : [])),
      [
        ['a guess', false],
        ['the right component, the wrong category', false],
        ['found', true],
      ],
    )
    await bench.engine.finish()
    assert.throws(() => response.nameCause('redis', 'cache', ''), { code: 'wrong-state', message: /too late to name cause/ })
  })

  test('in a shift it applies to the selected incident; noise has none', async () => {
    using bench = await ShiftBench.begin()
    const { response } = bench.engine
    await bench.next('CheckoutLatencyBudgetBurn')
    assert.equal(response.nameCause('payments', 'third-party', 'the bank', robin), false)
    await bench.next('BrowseLatencyBudgetBurn')
    assert.throws(() => response.nameCause('inventory', 'release', '', robin), {
      code: 'bad-request',
      message: /which incident is meant: 1, 2$/,
    })
    assert.equal(response.nameCause('inventory', 'release', 'of noise', robin, 1), false)
    assert.equal(response.nameCause('catalog', 'release', 'a guess', robin, 2), false)
    assert.equal(response.nameCause('inventory', 'release', 'found', robin, 2), true)
    assert.equal(response.nameCause('catalog', 'release', 'after it was found', robin, 2), true)
    assert.deepEqual(
      eventsOf(bench, bench.drill, 'cause-named').map((event) =>
        event.type === 'cause-named' ? [event.incident, event.correct, event.sentence] : [],
      ),
      [
        [1, false, 'the bank'],
        [1, false, 'of noise'],
        [2, false, 'a guess'],
        [2, true, 'found'],
      ],
    )
    await bench.engine.finish()
  })
})

describe('actions', () => {
  test('an action is recorded with its result, who did it and whether it is harmful here', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    const { response } = bench.engine
    await response.runAction('restart', { component: 'postgres' }, { role: 'trainee', by: robin })
    await response.runAction('restart', { component: 'redis' }, { role: 'trainee' })
    await response.runAction('list-releases', { service: 'inventory' }, { role: 'trainee' })
    const run = eventsOf(bench, drill, 'action-run').map((event) =>
      event.type === 'action-run' ? [event.action, event.kind, event.ok, event.harmful !== null, event.by?.name ?? null] : [],
    )
    assert.deepEqual(run, [
      ['restart', 'change', true, true, 'Robin'],
      ['restart', 'change', true, false, null],
      ['list-releases', 'inspect', true, false, null],
    ])
    assert.equal(bench.state(drill).harmfulActions, 1)
    await bench.engine.finish()
  })

  test('the response says what an action did, and changes carry the actor’s name, or without one the role', async () => {
    using bench = new EngineBench()
    const named: string[] = []
    const { set } = bench.range.config
    bench.range.config.set = (service, values, by) => (named.push(by), set(service, values, by))
    const setting = { service: 'catalog', key: 'DB_POOL_MAX', value: '3' }
    for (const by of [robin, undefined]) {
      const { summary } = await bench.engine.response.runAction('change-setting', setting, { role: 'instructor', by })
      assert.match(summary, /DB_POOL_MAX/)
    }
    assert.deepEqual(named, ['Robin', 'instructor'])
  })

  test('nothing can be changed while a drill starts; looking is allowed, and so is changing once it has started', async () => {
    using bench = new EngineBench()
    await bench.pass(20)
    let restarts = 0
    bench.range.processes.restart = async () => void restarts++
    const run = (id: string, params: object) => bench.engine.response.runAction(id, params, { role: 'instructor' })
    const starting = bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'Robin' })
    await assert.rejects(run('restart', { component: 'redis' }), { code: 'range-not-steady' })
    await run('list-releases', { service: 'inventory' })
    await starting
    assert.equal(restarts, 0)
    await run('restart', { component: 'redis' })
    assert.equal(restarts, 1)
    await bench.engine.finish()
  })

  test('an action that failed is over: a drill may start', async () => {
    using bench = new EngineBench()
    const { restart } = bench.range.processes
    bench.range.processes.restart = () => Promise.reject(new Error('it does not stop'))
    await assert.rejects(bench.engine.response.runAction('restart', { component: 'redis' }, { role: 'instructor' }))
    bench.range.processes.restart = restart
    await bench.start()
    await bench.engine.finish()
  })

  test('in a shift, an action is harmful if it harms an open incident', async () => {
    using bench = await ShiftBench.begin()
    const { response } = bench.engine
    const sameAs = { action: 'restart', params: { component: 'postgres' } }
    response.noteCommand({ ...command, sameAs })
    await bench.next()
    await bench.next()
    response.noteCommand({ ...command, sameAs })
    response.noteCommand({ ...command, sameAs: { action: 'restart', params: { component: 'gateway' } } })
    response.noteCommand(command)
    assert.deepEqual(
      eventsOf(bench, bench.drill, 'command-run').map((event) =>
        event.type === 'command-run' ? [event.harmful !== null, event.sameAs?.params['component']] : [],
      ),
      [
        [false, 'postgres'],
        [true, 'postgres'],
        [false, 'gateway'],
        [false, undefined],
      ],
    )
    await bench.engine.finish()
  })

  test('an action that looks at a component is a look at it', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    await bench.engine.response.runAction('list-releases', { service: 'inventory' }, { role: 'trainee' })
    assert.notEqual(bench.state(drill).milestones.located, null)
    await bench.engine.finish()
  })

  test('a failed action is recorded as failed, and its error is thrown', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    bench.range.processes.restart = async () => {
      throw new Error('it does not stop')
    }
    await assert.rejects(bench.engine.response.runAction('restart', { component: 'redis' }, { role: 'trainee' }), /it does not stop/)
    const [event] = eventsOf(bench, drill, 'action-run')
    assert.deepEqual(event?.type === 'action-run' ? [event.ok, event.summary] : [], [false, 'it does not stop'])
    await bench.engine.finish()
  })

  test('wrong parameters and unknown actions are refused, and not recorded', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    const run = (id: string, params: unknown) => bench.engine.response.runAction(id, params, { role: 'trainee' })
    await assert.rejects(run('no-such', {}), { code: 'not-found', message: /there is no action 'no-such': choose / })
    await assert.rejects(run('restart', { component: 'no-such' }), { code: 'bad-request', message: /^restart: component: / })
    await assert.rejects(run('restart', null), { code: 'bad-request', message: /^restart: params: / })
    assert.deepEqual(eventsOf(bench, drill, 'action-run'), [])
    await bench.engine.finish()
  })

  test('outside a drill, an action runs and is not recorded; in a pause it is refused', async () => {
    using bench = new EngineBench()
    const stopped: string[] = []
    bench.range.processes.restart = async (component) => void stopped.push(component)
    const run = () => bench.engine.response.runAction('restart', { component: 'redis' }, { role: 'instructor' })
    await run()
    assert.deepEqual(stopped, ['redis'])
    const drill = await bench.start()
    bench.engine.clock.pause()
    await assert.rejects(run(), { code: 'wrong-state', message: 'the drill is paused: too late to run action' })
    assert.deepEqual([stopped, eventsOf(bench, drill, 'action-run')], [['redis'], []])
    await bench.engine.finish()
  })

  test('an action that ends after its drill is an event of that drill, and no other starts before', async () => {
    using bench = new EngineBench()
    const first = await bench.start()
    const gate = Promise.withResolvers<void>()
    const { set } = bench.range.config
    bench.range.config.set = async (service, values, by) => {
      if (by !== 'firedrill') await gate.promise
      return set(service, values, by)
    }
    const setting = { service: 'catalog', key: 'DB_POOL_MAX', value: '3' }
    const running = bench.engine.response.runAction('change-setting', setting, { role: 'trainee' })
    await settled()
    const ending = bench.engine.abort('enough')
    await settled()
    assert.equal(bench.state(first).phase, 'aborted')
    gate.resolve()
    await Promise.all([running, ending])
    assert.equal((await bench.range.config.get('catalog'))['DB_POOL_MAX'], undefined, 'what it changed is restored')
    const second = await bench.start()
    assert.deepEqual(
      [first, second].map((drill) => eventsOf(bench, drill, 'action-run').length),
      [1, 0],
    )
    await bench.engine.finish()
  })

  test('no drill starts while an action is running', async () => {
    using bench = new EngineBench()
    const gate = Promise.withResolvers<void>()
    bench.range.processes.restart = () => gate.promise
    await bench.pass(20)
    const running = bench.engine.response.runAction('restart', { component: 'redis' }, { role: 'instructor' })
    await assert.rejects(bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'Robin' }), {
      code: 'range-not-steady',
      message: "'Restart a component' is still being carried out: wait until that is over",
    })
    gate.resolve()
    await running
    await bench.start()
    await bench.engine.finish()
  })

  test('an action that only looks delays nothing', async () => {
    using bench = new EngineBench()
    const gate = Promise.withResolvers<void>()
    const { history } = bench.range.releases
    bench.range.releases.history = async () => {
      await gate.promise
      return history()
    }
    await bench.pass(20)
    const looking = bench.engine.response.runAction('list-releases', { service: 'inventory' }, { role: 'trainee' })
    await bench.start()
    gate.resolve()
    await looking
    await bench.engine.finish()
  })

  test('looks on a full disk are recorded in their drill, even if it has ended meanwhile', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    await bench.pass(6)
    for (const name of ledgerWrites)
      Object.defineProperty(bench.ledger, name, {
        value: () => {
          throw new Error('database or disk is full')
        },
        configurable: true,
      })
    bench.engine.response.view('trace', 'inventory', 'a slow trace')
    await bench.engine.finish()
    await bench.pass(2)
    for (const name of ledgerWrites) Reflect.deleteProperty(bench.ledger, name)
    await bench.pass(3)
    const types = bench.types(drill)
    for (const type of ['place-viewed', 'fault-reverted', 'drill-finished'])
      assert.equal(types.filter((each) => each === type).length, 1, `${type} of ${types.join(', ')}`)
  })

  test('an action that cannot be recorded was executed, and is recorded when possible', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    bench.range.processes.restart = async () => {
      for (const name of ledgerWrites)
        Object.defineProperty(bench.ledger, name, {
          value: () => {
            throw new Error('database or disk is full')
          },
          configurable: true,
        })
    }
    await bench.engine.response.runAction('restart', { component: 'redis' }, { role: 'trainee' })
    await bench.pass(1)
    for (const name of ledgerWrites) Reflect.deleteProperty(bench.ledger, name)
    assert.equal(eventsOf(bench, drill, 'action-run').length, 0)
    await bench.pass(1)
    const run = eventsOf(bench, drill, 'action-run').map((event) => (event.type === 'action-run' ? [event.action, event.ok] : []))
    assert.deepEqual(run, [['restart', true]])
    await bench.engine.finish()
  })
})

describe('commands in a terminal', () => {
  test('a command that does what a harmful action does is harmful, if it succeeded', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    const { response } = bench.engine
    const sameAs = { action: 'flush-cache', params: {} }
    response.noteCommand({ ...command, sameAs }, robin)
    response.noteCommand({ ...command, sameAs, status: 1 })
    response.noteCommand({ ...command, sameAs: { action: 'restart', params: { component: 'redis' } } })
    response.noteCommand({ ...command, sameAs: undefined })
    const noted = eventsOf(bench, drill, 'command-run').map((event) => (event.type === 'command-run' ? event.harmful !== null : null))
    assert.deepEqual(noted, [true, false, false, false])
    assert.ok(!('sameAs' in (eventsOf(bench, drill, 'command-run')[0] ?? {})))
    await bench.engine.finish()
  })

  test('outside a drill nothing is recorded; in one, a full disk delays nobody and commands are recorded later, in a pause too', async () => {
    using bench = new EngineBench()
    const { response, clock } = bench.engine
    response.noteCommand(command)
    const drill = await bench.start()
    clock.pause()
    response.noteCommand(command)
    clock.continue()
    for (const method of ledgerWrites)
      Object.defineProperty(bench.ledger, method, {
        value: () => {
          throw new Error('database or disk is full')
        },
        configurable: true,
      })
    assert.doesNotThrow(() => response.noteCommand(command))
    for (const method of ledgerWrites) Reflect.deleteProperty(bench.ledger, method)
    assert.equal(eventsOf(bench, drill, 'command-run').length, 1)
    await bench.pass(1)
    assert.equal(eventsOf(bench, drill, 'command-run').length, 2)
    await bench.engine.finish()
  })

  test('no more than two thousand are recorded in a drill', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    // They are counted in memory: the ledger need not keep them all.
    Object.defineProperty(bench.ledger, 'append', {
      value: (of: string, body: object) => ({ ...body, id: 1_000_000, drill: of, at: bench.now }),
      configurable: true,
    })
    let noted = 0
    bench.engine.live.on('event', ({ type }) => void (noted += type === 'command-run' ? 1 : 0))
    for (let count = 0; count < 2_010; count++) bench.engine.response.noteCommand(command)
    assert.equal(noted, 2_000)
    Reflect.deleteProperty(bench.ledger, 'append')
    assert.equal(bench.state(drill).phase, 'running')
    await bench.engine.finish()
  })
})

test('the tools that an agent used are counted', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  bench.engine.response.noteToolCall('list_alerts', true)
  bench.engine.response.noteToolCall('no_such', false)
  assert.equal(bench.state(drill).toolCalls, 2)
  await bench.engine.finish()
})
