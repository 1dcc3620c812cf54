import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { traineeMaySee } from '../../model/drill.ts'
import { milestoneNames } from '../../model/scenario.ts'
import { EngineBench, settled } from '../replay/engine-bench.ts'
import { fillDisk } from '../replay/fill-disk.ts'
import { Measured, well } from '../replay/measured.ts'

const ends = (bench: EngineBench, drill: string) =>
  bench.events(drill).flatMap((event) => {
    if (event.type === 'drill-finished') return [event.outcome]
    return event.type === 'drill-aborted' || event.type === 'drill-voided' ? [event.reason] : []
  })

/** Deploys and rollbacks wait until this is resolved. */
function heldDeploys({ range: { releases } }: EngineBench): PromiseWithResolvers<void> {
  const { deploy } = releases
  const gate = Promise.withResolvers<void>()
  releases.deploy = async (...args) => {
    await gate.promise
    return deploy(...args)
  }
  return gate
}

/** A drill that its trainee has ended, and whose range is not restored until the gate opens. */
async function heldEnding(bench: EngineBench) {
  const drill = await bench.start()
  await bench.pass(6)
  const gate = heldDeploys(bench)
  const ending = bench.engine.finish()
  await settled()
  return { drill, gate, ending }
}

test('a drill ends once, also when its end is requested again meanwhile', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  const asked = [bench.engine.finish(), bench.engine.abort('by hand')]
  const [first, second] = await Promise.allSettled(asked)
  assert.equal(first?.status, 'fulfilled')
  assert.equal(second?.status, 'rejected', 'it is over already')
  assert.deepEqual(ends(bench, drill), ['given-up'])
})

test('it is over for its trainee before its faults are reverted', async () => {
  using bench = new EngineBench()
  const { drill, gate, ending } = await heldEnding(bench)
  assert.equal(bench.state(drill).phase, 'finished')
  assert.equal(bench.injector.open().length, 1)
  await assert.rejects(bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'somebody' }), {
    code: 'range-not-steady',
    message: /being restored after the last drill/,
  })
  let isSettled = false
  const whenSettled = bench.engine.settled().then(() => (isSettled = true))
  await settled()
  assert.equal(isSettled, false)
  gate.resolve()
  await Promise.all([ending, whenSettled])
  assert.deepEqual(bench.injector.open(), [])
})

test('faults that its end reverts are recorded in the drill, and an instructor’s fault is not', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  const own = bench.injector.open().map(({ instance }) => instance)
  await bench.injector.inject('noop', {}, { forMs: 60_000, drill: null })
  await bench.engine.finish()
  const reverted = bench.events(drill).flatMap((event) => (event.type === 'fault-reverted' ? [event.instance] : []))
  assert.deepEqual(reverted, own)
  assert.deepEqual(bench.injector.open(), [])
})

test('that the range has to be restored is recorded before the end, and removed when it is restored', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  const owed: (string | null)[] = []
  bench.engine.live.on('event', ({ type }) => void (type === 'drill-aborted' && owed.push(bench.ledger.note('restore-owed'))))
  await bench.engine.abort('enough')
  assert.deepEqual(owed, [drill])
  assert.equal(bench.ledger.note('restore-owed'), '')
})

test('each way to end has its outcome', async () => {
  const ways: Record<string, (bench: EngineBench, drill: string) => Promise<unknown>> = {
    'given-up': (bench) => bench.engine.finish(),
    enough: (bench) => bench.engine.abort('enough'),
    'time-up': async (bench, drill) => {
      const { startedAt, limitMs } = bench.state(drill)
      while (bench.now <= startedAt + limitMs) {
        assert.equal(bench.state(drill).phase, 'running')
        // Too short to count as a suspended control plane.
        bench.now += Math.min(8_000, Math.max(0, startedAt + limitMs - bench.now - 1_000))
        await bench.pass(1)
      }
      await bench.engine.settled()
      assert.equal(bench.now - startedAt, limitMs + 1_000)
    },
    'the range or its clock stood for 10 s, and meanwhile the faults were reverted by the range’s own safeguards': async (bench) => {
      bench.now += 9_000
      await bench.pass(1)
      await bench.engine.settled()
    },
    'the range or its clock stood for 3600 s, and meanwhile the faults were reverted by the range’s own safeguards': async (bench) => {
      bench.now += 3_599_000
      await bench.pass(1)
      await bench.engine.settled()
    },
    'the faults were reverted by the range’s own safeguards or by the instructor, and not by the players': async (bench) => {
      await bench.injector.revertAll()
      await bench.pass(1)
      await bench.engine.settled()
    },
  }
  for (const [outcome, act] of Object.entries(ways)) {
    using bench = new EngineBench()
    const drill = await bench.start()
    await bench.pass(6)
    await act(bench, drill)
    assert.deepEqual(ends(bench, drill), [outcome])
    assert.deepEqual(bench.injector.open(), [])
    assert.equal(bench.types(drill).filter((type) => type === 'fault-reverted').length, 1, outcome)
  }
})

test('a drill whose milestones are all reached ends by itself as resolved, and so does one that is ended by hand after it recovered', async () => {
  for (const [reached, acts] of [
    [milestoneNames, (bench: EngineBench) => bench.pass(1)],
    [milestoneNames.filter((name) => name !== 'located'), (bench: EngineBench) => bench.engine.finish()],
  ] as const) {
    using bench = new EngineBench()
    const drill = await bench.start()
    await bench.pass(6)
    // As the code that proves milestones would record them.
    for (const milestone of reached) bench.ledger.append(drill, { type: 'milestone-reached', milestone, evidence: 'for the test' })
    bench.restart()
    await bench.engine.resume()
    await acts(bench)
    await bench.engine.settled()
    assert.deepEqual(ends(bench, drill), ['resolved'])
  }
})

test('a fault whose injection is under way when the drill ends is waited for, and reverted', async () => {
  using bench = new EngineBench()
  await bench.start()
  bench.holdFaults()
  await bench.pass(4)
  const ending = bench.engine.finish()
  await settled()
  await bench.letFaultsGo()
  await ending
  assert.deepEqual(bench.injector.open(), [])
  assert.equal(await bench.range.releases.current('inventory'), bench.range.releases.baseline('inventory'))
})

test('an action that is under way is waited for, 20 s at most, and its changes are restored whenever it ends', async (context) => {
  for (const actsForMs of [20_000, 20_001]) {
    using bench = new EngineBench()
    await bench.start()
    const gate = Promise.withResolvers<void>()
    const { set } = bench.range.config
    bench.range.config.set = async (service, values, by) => {
      if (by !== 'firedrill') await gate.promise
      return set(service, values, by)
    }
    const setting = { service: 'catalog', key: 'DB_POOL_MAX', value: '3' }
    const running = bench.engine.response.runAction('change-setting', setting, { role: 'trainee' })
    await settled()
    context.mock.timers.enable({ apis: ['setTimeout'] })
    const ending = bench.engine.abort('enough')
    await settled()
    context.mock.timers.tick(19_999)
    await settled()
    assert.throws(() => bench.engine.mustTakeChanges(), { code: 'range-not-steady' })
    if (actsForMs > 20_000) {
      context.mock.timers.tick(1)
      await settled()
      assert.doesNotThrow(() => bench.engine.mustTakeChanges(), 'it is not waited for any longer')
    }
    gate.resolve()
    await Promise.all([running, ending])
    await settled()
    context.mock.timers.reset()
    await bench.engine.settled()
    assert.equal((await bench.range.config.get('catalog'))['DB_POOL_MAX'], undefined)
  }
})

test('on a full disk it is over all the same, and its end and reverted faults are recorded once there is room', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  const over: string[] = []
  bench.engine.live.on('over', (id) => over.push(id))
  const free = fillDisk(bench.ledger)
  await bench.engine.finish()
  assert.deepEqual([over, bench.engine.running(), bench.injector.open()], [[drill], null, []])
  await bench.pass(2)
  free()
  await bench.pass(3)
  for (const type of ['fault-reverted', 'drill-finished']) assert.equal(bench.types(drill).filter((each) => each === type).length, 1, type)
})

test('the harm to users up to the end is recorded before the end', async () => {
  const measured = new Measured()
  using bench = new EngineBench(measured)
  const drill = await bench.start()
  measured.next = () => ({ ...well(), users: { good: 18, slow: 0, failed: 2 } })
  await bench.pass(2)
  await bench.engine.finish()
  assert.deepEqual(bench.types(drill).slice(-2), ['harm-measured', 'drill-finished'])
  assert.deepEqual(bench.state(drill).harm, { good: 36, slow: 0, failed: 4 })
})

test('the request to end a drill is answered within 15 s, and the restore takes as long as it needs', async (context) => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  const gate = heldDeploys(bench)
  context.mock.timers.enable({ apis: ['setTimeout'] })
  let isAnswered = false
  const ending = bench.engine.finish().then(() => (isAnswered = true))
  await settled()
  context.mock.timers.tick(14_999)
  await settled()
  assert.equal(isAnswered, false)
  context.mock.timers.tick(1)
  await ending
  assert.deepEqual([bench.state(drill).phase, bench.injector.open().length], ['finished', 1])
  context.mock.timers.reset()
  gate.resolve()
  await bench.engine.settled()
  assert.deepEqual(bench.injector.open(), [])
  assert.equal(await bench.range.releases.current('inventory'), bench.range.releases.baseline('inventory'))
})

describe('the range after a drill', () => {
  /** From now on the cache returns another wording of the same permission: as on a fresh range, but not as before. */
  const reword = (bench: EngineBench) => {
    const { command } = bench.range.cache
    bench.range.cache.command = async (name, ...args) =>
      name === 'ACL' && args[0] === 'LIST' ? ['user default on sanitize-payload nopass ~* &* +@all'] : command(name, ...args)
  }
  const differences = (bench: EngineBench, drill: string) =>
    bench.events(drill).flatMap((event) => (event.type === 'range-differed' ? [event.differences] : []))

  test('is compared with its state at the start of the drill: a difference is an event, in words', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    await bench.pass(6)
    reword(bench)
    await bench.engine.finish()
    assert.deepEqual(differences(bench, drill), [
      [
        'cache-users was left behind: ["user default on nopass ~* &* +@all"] became ["user default on sanitize-payload nopass ~* &* +@all"]',
      ],
    ])
    const next = await bench.start()
    await bench.engine.abort('enough')
    assert.deepEqual(differences(bench, next), [], 'the next one began like that')
  })

  test('causes no event if it is unchanged', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    await bench.pass(6)
    await bench.range.load.setUsers(7)
    await bench.engine.finish()
    assert.deepEqual(differences(bench, drill), [])
  })

  test('is compared by the next control plane if this one died, which knows only that it differs', async () => {
    using bench = new EngineBench()
    const { drill, gate, ending } = await heldEnding(bench)
    bench.restart()
    reword(bench)
    gate.resolve()
    await ending.catch(() => {})
    await bench.engine.resume()
    await bench.engine.settled()
    assert.match(differences(bench, drill).flat().join(), /^the fingerprint was \w{16} and is \w{16}$/)
  })

  test('is reported to instructors alone', () => {
    assert.equal(traineeMaySee({ type: 'range-differed', fingerprint: '', differences: [] }), false)
  })
})
