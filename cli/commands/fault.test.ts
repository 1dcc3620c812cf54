import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OfferedFault } from '../../model/fault.ts'
import { run } from '../../test/loaded-modules.ts'
import { servedCli } from '../../test/served-cli.ts'

// The commands, over HTTP, against the real control plane with a simulated range.
const { served, dir } = servedCli()

const told = async (...args: string[]) => {
  const { status, stdout, stderr } = await run('cli/main.ts', [...args, '--dir', dir])
  assert.equal(status, 0, stderr)
  return stdout
}

test('fault list says what the range lacks for a fault, if anything', async () => {
  assert.doesNotMatch(await told('fault', 'list'), /impossible/)
  Object.assign(served.bench.range, { lacks: ['cache-proxy', 'mesh-instances'] })
  const list = await told('fault', 'list')
  assert.match(list, /^id +category +title +params +impossible here$/m)
  assert.match(list, /^redis-delay .* no proxy in front of Redis$/m)
  assert.match(list, /^http-delay +mesh +.* from to percent header delayMs jitterMs$/m)
})

test('fault describe prints each parameter with its values, default and description', async () => {
  Object.assign(served.bench.range, { lacks: ['mesh-instances'] })
  const partition = await told('fault', 'describe', 'network-partition')
  assert.match(partition, /^A partition between two services\. Calls from one service/)
  assert.match(partition, /^from +gateway, catalog, .* or fulfilment +\(required\) +Service that calls$/m)
  assert.match(partition, /^instance +any or current +any +Which connections: /m)
  assert.match(
    partition,
    /^instance=current is impossible where the shop runs: the range has no mesh faults for one instance of a proxy\.$/m,
  )
  const delay = await told('fault', 'describe', 'http-delay')
  assert.match(delay, /^jitterMs +whole number, from 0 to 30,000 +0 +Varies the delay .* in milliseconds$/m)
  assert.match(delay, /^Can change gradually while the fault is injected: .*delayMs/m)
  assert.match(
    await told('fault', 'describe', 'worn-connections'),
    /It cannot be injected where the shop runs: the range has no mesh faults/,
  )
  assert.match(await told('fault', 'describe', 'noop'), /It takes no parameters\./)
  const { id, params } = JSON.parse(await told('fault', 'describe', 'load-spike', '--json')) as OfferedFault
  assert.deepEqual([id, params.properties?.['users']?.maximum], ['load-spike', 2_000])
})

test('action describe does the same, and an unknown name is refused with the command that lists the rest', async () => {
  const peek = await told('action', 'describe', 'peek-queue')
  assert.match(peek, /^Look into a queue\. How many messages wait/)
  assert.match(peek, /^limit +whole number, from 1 to 20 +5 +Messages to show$/m)
  assert.match(await told('action', 'describe', 'restart'), /^Caution: Users of the component/m)
  for (const kind of ['fault', 'action']) {
    const { status, stderr } = await run('cli/main.ts', [kind, 'describe', 'no-such', '--dir', dir])
    assert.equal(status, 1)
    assert.match(stderr, new RegExp(`there is no ${kind} 'no-such': 'firedrill ${kind} list' lists them`))
  }
})
