import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, mock, test } from 'node:test'
import { usualUsers } from '../model/range.ts'
import { Injector } from './injector.ts'
import { Ledger } from './ledger.ts'
import { projectRoot } from './paths.ts'
import { paperRange } from './replay/paper-range.ts'
import { settled } from './replay/settled.ts'
import { Restoration } from './restoration.ts'

/** A restoration of a simulated range; timers fire when the test advances the time. */
class Bench implements Disposable {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'firedrill-restoration-'))
  readonly ledger = new Ledger(this.dir)
  readonly range = paperRange(projectRoot, usualUsers)
  readonly injector = new Injector(this.range, this.ledger)
  readonly restoration = new Restoration({ range: this.range, ledger: this.ledger, injector: this.injector })
  /** How often the range was read. */
  looks = 0
  fails = false

  constructor() {
    mock.timers.enable({ apis: ['Date', 'setTimeout'], now: Date.parse('2026-01-01T12:00:00Z') })
    const { mix } = this.range.load
    this.range.load.mix = async () => {
      this.looks++
      if (this.fails) throw new Error('Locust does not answer')
      return mix()
    }
  }
  async pass(ms: number): Promise<void> {
    mock.timers.tick(ms)
    await settled()
  }
  attempts(): number {
    return this.restoration.unrestored?.attempts ?? 0
  }
  [Symbol.dispose](): void {
    this.restoration.stop()
    this.ledger[Symbol.dispose]()
    mock.timers.reset()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

describe('an attempt', () => {
  test('reverts faults, reports each, and resets what differs', async () => {
    using bench = new Bench()
    const { instance } = await bench.injector.inject('noop', {}, { forMs: 60_000, drill: 'a drill' })
    await bench.range.load.setUsers(7)
    const told: string[] = []
    await bench.restoration.run((record) => told.push(record.instance))
    assert.deepEqual(told, [instance])
    assert.equal((await bench.range.load.status()).users, usualUsers)
    assert.equal(bench.restoration.unrestored, null)
    assert.doesNotThrow(() => bench.restoration.mustHold())
  })

  test('is made once, also when it is requested again meanwhile', async () => {
    using bench = new Bench()
    // What the first one reset is read once more.
    await bench.restoration.run()
    bench.looks = 0
    await Promise.all([bench.restoration.run(), bench.restoration.run(), bench.restoration.run()])
    const once = bench.looks
    await bench.restoration.run()
    assert.equal(bench.looks, 2 * once, 'one that is asked for later is made as well')
  })

  test('reports when it last changed something', async () => {
    using bench = new Bench()
    assert.equal(bench.restoration.changedAt, 0)
    await bench.range.load.setUsers(7)
    await bench.pass(5_000)
    await bench.restoration.run()
    assert.equal(bench.restoration.changedAt, Date.now())
  })

  test('that failed may have changed something', async () => {
    using bench = new Bench()
    bench.fails = true
    await bench.restoration.run()
    assert.equal(bench.restoration.changedAt, Date.now())
  })

  test('that takes 3 s is slow, and the message says since when', async () => {
    using bench = new Bench()
    const gate = Promise.withResolvers<void>()
    const { mix } = bench.range.load
    bench.range.load.mix = async () => (await gate.promise, await mix())
    const { restoration } = bench
    assert.deepEqual([restoration.isUnderWay, restoration.isSlow], [false, false])
    const attempt = restoration.run()
    await bench.pass(2_999)
    assert.deepEqual([restoration.isUnderWay, restoration.isSlow], [true, false])
    assert.doesNotThrow(() => restoration.mustHold())
    await bench.pass(1)
    assert.equal(restoration.isSlow, true)
    await bench.pass(57_500)
    assert.throws(() => restoration.mustHold(), {
      code: 'range-not-restored',
      message: /^the range has been restoring for 61 s: wait/,
    })
    gate.resolve()
    await attempt
    await bench.pass(60_000)
    assert.deepEqual([restoration.isUnderWay, restoration.isSlow], [false, false])
    assert.doesNotThrow(() => restoration.mustHold())
  })

  test('that hangs does not hide what the previous one has left behind', async () => {
    using bench = new Bench()
    bench.fails = true
    await bench.restoration.run()
    bench.range.load.mix = () => new Promise(() => {})
    await bench.pass(1_000)
    await bench.pass(10_000)
    assert.equal(bench.restoration.isSlow, true)
    assert.throws(() => bench.restoration.mustHold(), { message: /\(Locust does not answer\)/ })
  })

  test('that fails unexpectedly is reported as well, and retried', async () => {
    using bench = new Bench()
    Object.defineProperty(bench.range.load, 'usual', {
      get: () => assert.fail('nobody knows how many users there should be'),
      configurable: true,
    })
    await bench.restoration.run()
    assert.deepEqual(bench.restoration.unrestored?.left, [
      { id: 'range', title: 'The range', detail: 'nobody knows how many users there should be' },
    ])
    Object.defineProperty(bench.range.load, 'usual', { value: usualUsers })
    await bench.pass(1_000)
    assert.equal(bench.restoration.unrestored, null)
  })
})

describe('orders whose messages were lost', () => {
  const announced = (bench: Bench) => {
    const statements: string[] = []
    const { query } = bench.range.database
    bench.range.database.query = async <Row extends Record<string, unknown>>(sql: string) => {
      if (sql.includes('insert into orders.outbox')) statements.push(sql)
      return query<Row>(sql)
    }
    return statements
  }

  test('are announced again when the range is restored, and those confirmed just then a moment later', async () => {
    using bench = new Bench()
    const statements = announced(bench)
    await bench.restoration.run()
    assert.equal(statements.length, 1)
    await bench.pass(3_000)
    assert.equal(statements.length, 2)
    await bench.pass(60_000)
    assert.equal(statements.length, 2)
  })

  test('are not announced while others wait in the queue, or something is left behind', async () => {
    using bench = new Bench()
    const statements = announced(bench)
    bench.fails = true
    await bench.restoration.run()
    bench.fails = false
    const { status } = bench.range.queue
    bench.range.queue.status = async (name) => ({ ...(await status(name)), ready: 1 })
    await bench.restoration.run()
    assert.deepEqual(statements, [])
    bench.range.queue.status = status
    await bench.restoration.run()
    assert.equal(statements.length, 1)
  })

  test('have a second announcement that is waited for from the last attempt on, and cancelled once a drill starts or the control plane stops', async () => {
    using bench = new Bench()
    const statements = announced(bench)
    await bench.restoration.run()
    await bench.pass(1_000)
    await bench.restoration.run()
    await bench.pass(2_999)
    assert.equal(statements.length, 2)
    await bench.pass(1)
    assert.equal(statements.length, 3)
    for (const [count, end] of [
      [4, () => bench.restoration.announceNoMore()],
      [5, () => bench.restoration.stop()],
      // It has stopped by now.
      [6, () => {}],
    ] as const) {
      await bench.restoration.run()
      end()
      await bench.pass(60_000)
      assert.equal(statements.length, count)
    }
  })

  test('do not prevent the restore when they cannot be announced', async () => {
    using bench = new Bench()
    bench.range.queue.status = async (name) => {
      if (name === 'orders.fulfilment') throw new Error('the broker does not answer')
      return { name, ready: 0, consumers: 1 }
    }
    await bench.restoration.run()
    assert.equal(bench.restoration.unrestored, null)
  })
})

describe('what is left behind', () => {
  test('is reported with its reason, and for how long', async () => {
    using bench = new Bench()
    bench.fails = true
    const since = Date.now()
    await bench.restoration.run()
    const { unrestored } = bench.restoration
    assert.deepEqual([unrestored?.since, unrestored?.attempts], [since, 1])
    assert.ok(unrestored?.left.some(({ detail }) => detail.includes('Locust does not answer')))
    assert.throws(() => bench.restoration.mustHold(), {
      code: 'range-not-restored',
      message: /\(Locust does not answer\)\. The restore is retried every few seconds/,
    })
    await bench.pass(1_000)
    assert.deepEqual([bench.restoration.unrestored?.since, bench.attempts()], [since, 2])
  })

  test('a fault that cannot be reverted is reported without its name, and does not prevent the rest of the restore', async () => {
    using bench = new Bench()
    await bench.injector.inject('bad-release', { service: 'inventory', version: '1.5.0' }, { forMs: 60_000, drill: null })
    await bench.range.load.setUsers(7)
    const { deploy } = bench.range.releases
    bench.range.releases.deploy = async () => {
      throw new Error('the pipeline is down')
    }
    await bench.restoration.run()
    const left = bench.restoration.unrestored?.left ?? []
    assert.deepEqual(left[0], { id: 'fault', title: 'Injected faults', detail: 'they could not be reverted yet' })
    assert.equal((await bench.range.load.status()).users, usualUsers)
    bench.range.releases.deploy = deploy
    await bench.restoration.run()
    assert.deepEqual([bench.restoration.unrestored, bench.injector.open()], [null, []])
  })

  test('is retried after 1 s, 2 s, 5 s and then every 15 s, until it succeeds', async () => {
    using bench = new Bench()
    bench.fails = true
    await bench.restoration.run()
    for (const [attempt, pauseMs] of [1_000, 2_000, 5_000, 15_000, 15_000, 15_000].entries()) {
      await bench.pass(pauseMs - 1)
      assert.equal(bench.attempts(), attempt + 1, `before ${pauseMs} ms`)
      await bench.pass(1)
      assert.equal(bench.attempts(), attempt + 2, `after ${pauseMs} ms`)
    }
    bench.fails = false
    await bench.pass(15_000)
    assert.equal(bench.restoration.unrestored, null)
    const { looks } = bench
    await bench.pass(60_000)
    assert.equal(bench.looks, looks, 'and then no more')
  })

  test('a requested attempt replaces the next scheduled one', async () => {
    using bench = new Bench()
    bench.fails = true
    await bench.restoration.run()
    await bench.pass(900)
    await bench.restoration.run()
    await bench.pass(1_999)
    assert.equal(bench.attempts(), 2)
    await bench.pass(1)
    assert.equal(bench.attempts(), 3)
  })

  test('is not retried by a control plane that stops', async () => {
    using bench = new Bench()
    bench.fails = true
    await bench.restoration.run()
    bench.restoration.stop()
    await bench.pass(60_000)
    assert.equal(bench.attempts(), 1)
    await bench.restoration.run()
    await bench.pass(60_000)
    assert.equal(bench.attempts(), 2)
  })
})

describe('a caller that waits', () => {
  const isDone = async (work: Promise<unknown>): Promise<boolean> => {
    let done = false
    void work.then(() => (done = true))
    await settled()
    return done
  }

  test('does not wait for a restored range', async () => {
    using bench = new Bench()
    assert.equal(await isDone(bench.restoration.settled()), true)
  })

  test('waits for the attempt under way', async () => {
    using bench = new Bench()
    const gate = Promise.withResolvers<void>()
    const { mix } = bench.range.load
    bench.range.load.mix = async () => (await gate.promise, await mix())
    void bench.restoration.run()
    const waiting = bench.restoration.settled()
    assert.equal(await isDone(waiting), false)
    gate.resolve()
    assert.equal(await isDone(waiting), true)
  })

  test('that needs a restored range triggers a restore, is refused when that fails, and gives up after a minute', async () => {
    using bench = new Bench()
    await bench.range.load.setUsers(7)
    await bench.restoration.mustSucceed()
    assert.equal((await bench.range.load.status()).users, usualUsers)
    bench.fails = true
    await assert.rejects(bench.restoration.mustSucceed(), { code: 'range-not-restored' })
    bench.restoration.stop()
    bench.fails = false
    await bench.restoration.run()
    bench.range.load.mix = () => new Promise(() => {})
    const refused = assert.rejects(bench.restoration.mustSucceed(), {
      code: 'range-not-restored',
      message: /^the range has been restoring/,
    })
    await bench.pass(59_999)
    assert.equal(await isDone(refused), false)
    await bench.pass(1)
    await refused
  })

  test('waits until it is restored', async () => {
    using bench = new Bench()
    bench.fails = true
    await bench.restoration.run()
    const waiting = bench.restoration.settled()
    assert.equal(await isDone(waiting), false)
    bench.fails = false
    await bench.pass(1_000)
    assert.equal(await isDone(waiting), true)
  })

  test('waits for three attempts and no longer, and a later caller does not wait at all', async () => {
    using bench = new Bench()
    bench.fails = true
    await bench.restoration.run()
    const waiting = bench.restoration.settled()
    await bench.pass(1_000)
    assert.equal(await isDone(waiting), false)
    await bench.pass(2_000)
    assert.deepEqual([await isDone(waiting), bench.attempts()], [true, 3])
    assert.equal(await isDone(bench.restoration.settled()), true)
  })

  test('is released by a control plane that stops', async () => {
    using bench = new Bench()
    bench.fails = true
    await bench.restoration.run()
    const waiting = bench.restoration.settled()
    bench.restoration.stop()
    assert.equal(await isDone(waiting), true)
    assert.equal(await isDone(bench.restoration.settled()), true)
  })
})

describe('what was reset', () => {
  test('is read again: a call that succeeded without effect is reported as left behind, and retried', async () => {
    using bench = new Bench()
    const { setUsers } = bench.range.load
    await setUsers(7)
    bench.range.load.setUsers = async () => {}
    await bench.restoration.run()
    assert.deepEqual(bench.restoration.unrestored?.left, [
      { id: 'users', title: 'the number of users', detail: `7 in place of ${usualUsers}` },
    ])
    assert.throws(() => bench.restoration.mustHold(), { code: 'range-not-restored' })
    bench.range.load.setUsers = setUsers
    await bench.pass(1_000)
    assert.equal(bench.restoration.unrestored, null)
  })

  test('is read again all at the same time, and if nothing differed, only after a drill', async () => {
    using bench = new Bench()
    await bench.restoration.run()
    bench.looks = 0
    await bench.restoration.run()
    assert.equal(bench.looks, 1)
    bench.restoration.owe('a drill')
    await bench.restoration.run()
    assert.equal(bench.looks, 3)
    await bench.range.load.setUsers(7)
    const gate = Promise.withResolvers<void>()
    const { mix, status } = bench.range.load
    let isSet = false
    let waiting = 0
    bench.range.load.setUsers = async () => void (isSet = true)
    const held = (read: () => Promise<never>) => async () => {
      if (isSet && ++waiting === 2) gate.resolve()
      if (isSet) await gate.promise
      return read()
    }
    // Safe: each returns the original's result.
    Object.assign(bench.range.load, { mix: held(mix as never), status: held(status as never) })
    await bench.restoration.run()
    assert.equal(waiting, 2, 'one read does not wait for the other')
  })
})

describe('a pending restore', () => {
  test('is kept for the next control plane until it has succeeded', async () => {
    using bench = new Bench()
    assert.equal(bench.restoration.isOwed(), false)
    bench.restoration.owe('a drill')
    const next = new Restoration({ range: bench.range, ledger: bench.ledger, injector: bench.injector })
    assert.equal(next.isOwed(), true)
    bench.fails = true
    await bench.restoration.run()
    assert.equal(bench.restoration.isOwed(), true)
    bench.fails = false
    await bench.restoration.run()
    assert.equal(bench.restoration.isOwed(), false)
  })

  test('delays nothing if it cannot be recorded', () => {
    using bench = new Bench()
    Object.defineProperty(bench.ledger, 'setNote', {
      value: () => {
        throw new Error('database or disk is full')
      },
    })
    assert.doesNotThrow(() => bench.restoration.owe('a drill'))
  })
})
