import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { describe, it } from 'node:test'
import { idleCores, machineSchema, measureCore, patienceFor, patienceOn, usersFor } from './machine.ts'

describe('the machine', () => {
  it('is measured by CPU time, and not by the clock', async () => {
    const alone = machineSchema.parse(measureCore())
    const busy = Array.from({ length: availableParallelism() * 3 }, () => spawn(process.execPath, ['-e', 'for (;;) {}']))
    try {
      await Promise.all(busy.map((child) => new Promise((resolve) => child.once('spawn', resolve))))
      const crowded = measureCore()
      assert.ok(crowded.speed > alone.speed * 0.5, `${crowded.speed} of ${alone.speed}`)
    } finally {
      for (const child of busy) child.kill('SIGKILL')
    }
  })

  it('gets as many users as put the same load on it', () => {
    assert.equal(usersFor({ cores: 2, speed: 1 }), 30)
    assert.equal(usersFor({ cores: 2, speed: 0.9 }), 30, 'nearly the same is the same')
    assert.equal(usersFor({ cores: 2, speed: 1.2 }), 30)
    assert.equal(usersFor({ cores: 8, speed: 1 }), 30, 'what breaks breaks on one core as on another')
    assert.equal(usersFor({ cores: 8, speed: 2 }), 60)
    assert.equal(usersFor({ cores: 8, speed: 5 }), 60)
    assert.equal(usersFor({ cores: 2, speed: 0.5 }), 20)
    assert.equal(usersFor({ cores: 1, speed: 1 }), 20)
    assert.equal(usersFor({ cores: 1, speed: 0.2 }), 10)
    assert.equal(usersFor({ cores: 2, speed: 1, idle: 1.5 }), 30, 'light other work is no matter')
    assert.equal(usersFor({ cores: 2, speed: 1, idle: 1 }), 20, 'another range at rest takes a core')
    assert.equal(usersFor({ cores: 2, speed: 0.7, idle: 0.6 }), 10)
    assert.equal(usersFor({ cores: 8, speed: 1, idle: 5 }), 30)
  })

  it('gets longer deadlines when it is slow or busy, up to three times', () => {
    assert.equal(patienceFor({ speed: 1, idle: 1.2 }), 1)
    assert.equal(patienceFor({ speed: 3, idle: 7 }), 1)
    assert.equal(patienceFor({ speed: 0.5, idle: 1 }), 2)
    assert.equal(patienceFor({ speed: 1, idle: 0.5 }), 2)
    assert.equal(patienceFor({ speed: 1, idle: 0 }), 3)
    assert.equal(patienceOn(null), 1, 'nothing is known of it yet')
    assert.equal(patienceOn({ cores: 2, speed: 1, share: 1, idle: 0.5 }), 2)
  })

  it('has as many idle cores as nobody uses', async () => {
    const idle = await idleCores(200)
    assert.ok(idle >= 0 && idle <= availableParallelism(), String(idle))
  })
})
