import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { DrillEvent } from '../model/drill.ts'
import type { RangeContext } from '../range/context.ts'
import { jailTrouble } from '../shell/possible.ts'
import type { Watcher } from '../shell/session.ts'
import type { Shells } from '../shell/shells.ts'
import { looksOf } from './looks.ts'
import { projectRoot } from './paths.ts'
import { EngineBench } from './replay/engine-bench.ts'
import { fillDisk } from './replay/fill-disk.ts'
import { ownPorts, paperContext } from './replay/paper-context.ts'
import { recordingsOf, shellsOf } from './shells.ts'

const skip = (await jailTrouble()) ?? false
type Placement = RangeContext['config']['placement']
const robin = { key: 'Robin of the team', by: { name: 'Robin', role: 'operations' }, token: 'trainee' }

interface Made extends AsyncDisposable {
  bench: EngineBench
  shells: Shells
  context: RangeContext
}
function made({
  placement = { role: 'all' },
  trouble = jailTrouble,
}: {
  placement?: Placement
  trouble?: () => Promise<string | null>
}): Made {
  const bench = new EngineBench()
  const paper = paperContext(bench.dir, projectRoot, 30, ownPorts())
  const context = { ...paper, config: { ...paper.config, placement } }
  const shells = shellsOf({ context, range: bench.range, engine: bench.engine, looks: looksOf(bench.engine), trouble })
  const end = async () => {
    await shells[Symbol.asyncDispose]()
    bench[Symbol.dispose]()
  }
  return { bench, shells, context, [Symbol.asyncDispose]: end }
}

test('on every target, the jail decides whether there are terminals; in a pod, the message says what to use instead', async () => {
  const cluster = { kubeconfig: '/kubeconfig', overlay: 'local', storageClass: null, address: '' } as const
  const table: [placement: Placement, expected: RegExp][] = [
    [{ role: 'all' }, /^bwrap is missing$/],
    [{ role: 'shop', observability: 'other:1' }, /^bwrap is missing$/],
    [{ role: 'observability', listen: '' }, /^bwrap is missing$/],
    [{ role: 'observability', listen: '', cluster }, /^bwrap is missing$/],
    [
      { role: 'observability', listen: '', cluster: { ...cluster, kubeconfig: null } },
      /in a pod, where no jail can be made \(bwrap is missing\): use kubectl .* --as system:serviceaccount:shop:on-call/,
    ],
  ]
  for (const [placement, expected] of table) {
    await using it = made({ placement, trouble: async () => 'bwrap is missing' })
    assert.match((await it.shells.trouble()) ?? '', expected)
  }
})

test(
  'a command counts for the person who typed it, and is a look if it succeeded, or was ended by Ctrl C or a pipe',
  { skip },
  async () => {
    await using it = made({})
    const { bench, shells } = it
    mkdirSync(path.join(bench.dir, 'logs'))
    for (const name of ['orders', 'catalog', 'payments', 'inventory'])
      writeFileSync(path.join(bench.dir, 'logs', `${name}.log`), '{"msg":"an order"}\n')
    await shells.run(robin, 'cat /var/log/shop/orders.log', 20)
    const drill = await bench.start()
    const run = async (component: string, status: number) => {
      await shells.run(robin, `cat /var/log/shop/${component}.log; (exit ${status})`, 20)
      const is = (event: DrillEvent) => event.type === 'place-viewed' && event.component === component
      return bench.events(drill).some(is)
    }
    assert.deepEqual(
      [await run('orders', 0), await run('catalog', 130), await run('payments', 141), await run('inventory', 1)],
      [true, true, true, false],
    )
    const commands = bench.events(drill).flatMap((event) => (event.type === 'command-run' ? [event] : []))
    assert.deepEqual(
      commands.map(({ status, kind, by }) => [status, kind, by?.name]),
      [0, 130, 141, 1].map((status) => [status, 'inspect', 'Robin']),
    )
    await shells.run(robin, 'redis-cli flushall', 20)
    const last = bench.events(drill).findLast(({ type }) => type === 'command-run')
    assert.deepEqual(last?.type === 'command-run' && [last.kind, last.command], ['change', 'redis-cli flushall'])
    await bench.engine.abort('enough')
  },
)

async function openOne(shells: Shells) {
  const shell = await shells.open(robin, { cols: 80, rows: 24 })
  const ended = Promise.withResolvers<string>()
  const watcher: Watcher = { name: 'x', print() {}, skip() {}, buffered: () => 0, keyboard() {}, ended: ended.resolve }
  shell.session.watch(watcher, 0)
  return { recorded: shell.session.recording !== null, ended: ended.promise }
}

test('terminals end when a drill starts and when it is over, and are recorded in between', { skip }, async () => {
  await using it = made({})
  const { bench, shells, context } = it
  const before = await openOne(shells)
  assert.equal(before.recorded, false)
  const drill = await bench.start()
  assert.equal(await before.ended, 'a drill has begun: open another')
  const during = await openOne(shells)
  assert.equal(during.recorded, true)
  assert.equal(recordingsOf(context, drill), path.join(bench.dir, 'terminals', drill))
  bench.engine.clock.pause()
  assert.equal((await openOne(shells)).recorded, false, 'nothing of a pause is kept')
  bench.engine.clock.continue()
  await bench.engine.finish()
  assert.equal(await during.ended, 'the drill is over')
  assert.deepEqual(shells.list(), [])
})

test('they end with it also when its end cannot be written, and once', { skip }, async () => {
  await using it = made({})
  const { bench, shells } = it
  await bench.start()
  const during = await openOne(shells)
  let over = 0
  bench.engine.live.on('over', () => over++)
  const free = fillDisk(bench.ledger)
  await bench.engine.finish()
  assert.equal(await during.ended, 'the drill is over')
  free()
  await bench.pass(1)
  assert.equal(over, 1)
})
