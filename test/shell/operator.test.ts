import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { readStat } from '../../range/targets/local/identity.ts'
import { RangeState } from '../../range/targets/local/state.ts'
import { programOf } from '../../shell/operator/registry.ts'
import { jailTrouble } from '../../shell/possible.ts'
import { Jailed } from './jailed.ts'

test(
  'in a jail, sudo reaches the processes of the shop and no others',
  { skip: (await jailTrouble()) ?? (programOf('ps') === null && 'this machine has no ps') },
  async () => {
    await using jailed = new Jailed()
    const child = spawn('sleep', ['1000'])
    const ended = new Promise((resolve) => child.once('exit', (_status, signal) => resolve(signal)))
    const pid = child.pid ?? 0
    new RangeState(jailed.dir).setRun('orders', {
      pid,
      startTicks: readStat(pid)?.startTicks ?? 0,
      nonce: '',
      startedAt: Date.now(),
      readyAfterMs: 0,
      stopping: false,
    })
    const { output } = await jailed.run('sudo ps -eo pid,args --no-headers')
    assert.equal(output.trim(), `${pid} sleep 1000`)
    assert.match((await jailed.run('ps -ef')).output, /^(?!.*sleep 1000)/s)
    assert.equal((await jailed.run('sudo ps aux | grep -c sleep')).output.trim(), '1')
    assert.equal((await jailed.run(`kill -9 ${pid}`)).status, 1)
    assert.equal((await jailed.run(`sudo kill -9 ${pid}`)).status, 0)
    assert.equal(await ended, 'SIGKILL')
    assert.deepEqual(jailed.told.at(-1)?.command, `sudo kill -9 ${pid}`)
  },
)
