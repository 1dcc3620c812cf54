import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { until } from '../../../model/until.ts'
import type { Component } from '../../component.ts'
import { cpuWeights, niceness, tierOf, tiers, type Precedence, type Tier } from '../../precedence.ts'
import { components } from '../../topology.ts'
import { family } from './identity.ts'
import { describePrecedence, dissolve, establish } from './precedence.ts'
import { launch, terminate } from './process.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'precedence-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

/** Starts a shell that immediately has a child, as PostgreSQL and RabbitMQ do, and passes all its processes to the test. */
async function withFamily(tier: Tier, precedence: Precedence, rangeId: string, test: (pids: number[]) => void): Promise<void> {
  const spec = { file: '/bin/sh', args: ['-c', 'sleep 60 & sleep 60 & wait'], env: {} }
  const identity = await launch(spec, { rangeId, name: 'sleeper', logPath: path.join(scratch, 'log'), tier, precedence })
  try {
    await until('the shell to start its children', 10_000, () => family(identity.pid).length >= 3, 10)
    test(family(identity.pid))
  } finally {
    await terminate(identity, { signal: 'SIGTERM', deadlineMs: 100 })
  }
}

describe('precedence', () => {
  it('gives every component of monitoring and training priority over the shop, and the shop over its load', () => {
    const tier = Object.fromEntries(components.map(({ name, role }: Component) => [name, tierOf(role)]))
    for (const name of ['prometheus', 'alertmanager', 'telemetry-store', 'control', 'reaper', 'postgres-exporter']) {
      assert.equal(tier[name], 'watch', name)
    }
    for (const name of ['gateway', 'postgres', 'orders-proxy']) assert.equal(tier[name], 'shop', name)
    assert.equal(tier['locust'], 'load')
    assert.ok(cpuWeights.watch > cpuWeights.shop && cpuWeights.shop > cpuWeights.load)
    assert.ok(niceness.watch < niceness.shop && niceness.shop < niceness.load)
  })

  const rangeId = `test-${randomBytes(4).toString('hex')}`
  const found = establish(rangeId)
  const groups = found.means === 'cgroup' ? false : 'control groups cannot be written here'

  it('moves a process and its children to the group of its tier, with its weight, and removes the group', { skip: groups }, async () => {
    assert.ok(found.means === 'cgroup')
    assert.deepEqual(establish(rangeId), found, 'established once more, it is the same')
    const groupOf = (tier: Tier) => path.join(found.base, `firedrill-${rangeId}-${tier}`)
    const weightOf = (tier: Tier) =>
      Number(readFileSync(path.join(groupOf(tier), found.version === 1 ? 'cpu.shares' : 'cpu.weight'), 'utf8'))
    for (const tier of tiers) {
      assert.equal(weightOf(tier) / weightOf('load'), cpuWeights[tier] / cpuWeights.load)
      await withFamily(tier, found, rangeId, (pids) => {
        const inside = readFileSync(path.join(groupOf(tier), 'cgroup.procs'), 'utf8')
          .trim()
          .split('\n')
          .map(Number)
        assert.deepEqual(
          inside.toSorted((a, b) => a - b),
          pids.toSorted((a, b) => a - b),
        )
      })
    }
    await dissolve(found, rangeId)
    for (const tier of tiers) assert.ok(!existsSync(groupOf(tier)), `the group ${tier} is gone`)
  })

  it('lowers the shop by niceness if there are no groups: each thread, and the session', async () => {
    for (const tier of tiers) {
      await withFamily(tier, { means: 'nice' }, rangeId, (pids) => {
        for (const pid of pids) {
          const threads = readdirSync(`/proc/${pid}/task`).map(Number)
          for (const thread of threads)
            assert.equal(os.getPriority(thread), Math.min(19, os.getPriority() + niceness[tier]), `${tier}, thread ${thread}`)
        }
        const autogroup = `/proc/${pids[0]}/autogroup`
        if (existsSync(autogroup)) assert.match(readFileSync(autogroup, 'utf8'), new RegExp(`nice ${niceness[tier]}\\n`))
      })
    }
  })

  it('falls back to niceness for a process that may not be moved', async () => {
    const gone: Precedence = { means: 'cgroup', version: 2, base: path.join(scratch, 'no-such-group') }
    await withFamily('shop', gone, rangeId, (pids) => {
      for (const pid of pids) assert.equal(os.getPriority(pid), Math.min(19, os.getPriority() + niceness.shop))
    })
  })

  describe('in a hierarchy of version 2', () => {
    /** A hierarchy as systemd makes it, of plain files. */
    function tree(name: string, own: string, withCpu: string[]) {
      const mount = path.join(scratch, name)
      for (const group of ['', ...own.split('/').map((_, index, parts) => path.join(...parts.slice(0, index + 1)))]) {
        mkdirSync(path.join(mount, group), { recursive: true })
        writeFileSync(path.join(mount, group, 'cgroup.procs'), '')
        writeFileSync(path.join(mount, group, 'cgroup.subtree_control'), withCpu.includes(group) ? 'cpu memory' : 'memory', { mode: 0o444 })
      }
      const files = { mounts: path.join(mount, 'mounts'), self: path.join(mount, 'self') }
      writeFileSync(files.mounts, `proc /proc proc rw 0 0\ncgroup2 ${mount} cgroup2 rw,nosuid 0 0\n`)
      writeFileSync(files.self, `0::/${own}\n`)
      return { mount, files }
    }

    it('uses a group that delegates CPU weights, and none inside its own', () => {
      const own = 'user.slice/firedrill-abc-watch'
      const { mount, files } = tree('delegated', own, ['user.slice', own])
      const precedence = establish('abc', files)
      assert.deepEqual(precedence, { means: 'cgroup', version: 2, base: path.join(mount, 'user.slice') })
      assert.equal(readFileSync(path.join(mount, 'user.slice', 'firedrill-abc-watch', 'cpu.weight'), 'utf8'), String(cpuWeights.watch))
      assert.match(
        describePrecedence(precedence),
        new RegExp(`CPU weight.*watch ${cpuWeights.watch}, shop ${cpuWeights.shop}, load ${cpuWeights.load}`),
      )
    })

    it('uses niceness if no group can be written', () => {
      const { files } = tree('read-only', 'docker', [])
      rmSync(path.join(scratch, 'read-only', 'docker', 'cgroup.procs'))
      rmSync(path.join(scratch, 'read-only', 'cgroup.procs'))
      const precedence = establish('abc', files)
      assert.deepEqual(precedence, { means: 'nice' })
      assert.match(describePrecedence(precedence), /niceness.*shop 5, load 10/)
    })
  })
})
