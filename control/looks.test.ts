import assert from 'node:assert/strict'
import { beforeEach, mock, test } from 'node:test'
import { shopComponentNames } from '../model/components.ts'
import { dwellMs, Looks, looksOf } from './looks.ts'
import { EngineBench } from './replay/engine-bench.ts'

const robin = { key: 'robin', by: { name: 'Robin', role: 'operations' } }
const sam = { key: 'sam', by: undefined }
let noted: string[] = []
let looks: Looks
beforeEach(() => {
  mock.timers.reset()
  mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  noted = []
  looks = new Looks((view, component, _detail, by) => noted.push(`${by?.name ?? 'somebody'}: ${view} ${component}`))
})
const pass = (ms: number) => mock.timers.tick(ms)

test('what a person reads counts as a look by that person', () => {
  looks.read(robin, 'dashboard', ['inventory'], 'up')
  looks.read(sam, 'trace', ['orders', 'payments'], 'traces')
  assert.deepEqual(noted, ['Robin: dashboard inventory', 'somebody: trace orders', 'somebody: trace payments'])
})

test('many components at once count as a look at none', () => {
  looks.read(robin, 'dashboard', shopComponentNames, 'up{service=~"…"}')
  assert.deepEqual(noted, [])
})

test('many components in quick succession do not count as looks', () => {
  for (const component of shopComponentNames) looks.read(robin, 'dashboard', [component], 'up')
  assert.equal(noted.length, 3)
  // Each person has their own rate, and later there is room for others.
  looks.read(sam, 'dashboard', ['redis'], 'up')
  pass(6_000)
  looks.read(robin, 'dashboard', ['redis'], 'up')
  assert.deepEqual(noted.slice(3), ['somebody: dashboard redis', 'Robin: dashboard redis'])
})

test('a page cannot report a look at something that was not served', () => {
  for (let times = 0; times < 5; times++, pass(dwellMs))
    for (const component of ['inventory', null] as const) assert.equal(looks.shown(robin, 'trace', component, 'a span'), false)
  looks.served(sam, 'trace', ['inventory'])
  assert.equal(looks.shown(robin, 'trace', 'inventory', 'a span'), false, 'served to somebody else')
  looks.served(robin, 'dashboard', ['inventory'])
  assert.equal(looks.shown(robin, 'trace', 'inventory', 'a span'), false, 'something else was served')
  assert.deepEqual(noted, [])
})

test('what was served counts when it has been shown for a while', () => {
  looks.served(robin, 'trace', ['inventory', 'orders'])
  assert.equal(looks.shown(robin, 'trace', 'inventory', 'a span'), false)
  pass(dwellMs - 1)
  assert.equal(looks.shown(robin, 'trace', 'inventory', 'a span'), false)
  pass(1)
  assert.equal(looks.shown(robin, 'trace', 'inventory', 'a span'), true)
  assert.deepEqual(noted, ['Robin: trace inventory'])
})

test('the time of a page that reports itself before it was served begins when it is served', () => {
  looks.shown(robin, 'mesh', 'orders', 'the mesh')
  pass(dwellMs)
  looks.served(robin, 'mesh', ['orders'])
  assert.equal(looks.shown(robin, 'mesh', 'orders', 'the mesh'), false)
  pass(dwellMs)
  assert.equal(looks.shown(robin, 'mesh', 'orders', 'the mesh'), true)
})

test('a person cannot look at all components at the same time', () => {
  looks.served(robin, 'mesh', shopComponentNames)
  for (let times = 0; times < 10; times++, pass(dwellMs))
    for (const component of shopComponentNames) looks.shown(robin, 'mesh', component, 'the mesh')
  assert.deepEqual(noted, [])
})

test('a view that was hidden starts again when it is shown, and one that was served long ago does not count', () => {
  looks.served(robin, 'trace', ['inventory'])
  looks.shown(robin, 'trace', 'inventory', 'a span')
  pass(60_000)
  assert.equal(looks.shown(robin, 'trace', 'inventory', 'a span'), false)
  pass(11 * 60_000)
  looks.shown(robin, 'trace', 'inventory', 'a span')
  pass(dwellMs)
  assert.equal(looks.shown(robin, 'trace', 'inventory', 'a span'), false)
})

test('a look is recorded in the running drill, also in a pause and when it cannot be written immediately', async () => {
  mock.timers.reset()
  using bench = new EngineBench()
  const looks = looksOf(bench.engine)
  looks.served(robin, 'trace', ['orders'])
  const drill = await bench.start()
  const seen = () => bench.events(drill).flatMap((event) => (event.type === 'place-viewed' ? [`${event.view} ${event.component}`] : []))
  await bench.pass(6)
  bench.engine.clock.pause()
  looks.read(robin, 'trace', ['inventory'], 'a slow one')
  assert.deepEqual(seen(), ['trace inventory'])
  assert.equal(bench.state(drill).milestones.located, null)
  bench.engine.clock.continue()
  await bench.pass(1)
  assert.notEqual(bench.state(drill).milestones.located, null, 'what was looked at in a pause counts after it')
  // What was served before the drill does not count.
  looks.shown(robin, 'trace', 'orders', 'a span')
  bench.now += dwellMs
  assert.equal(looks.shown(robin, 'trace', 'orders', 'a span'), false)

  Object.defineProperty(bench.ledger, 'append', { value: () => assert.fail('database or disk is full'), configurable: true })
  looks.read(robin, 'logs', ['payments'], 'logs of payments')
  Reflect.deleteProperty(bench.ledger, 'append')
  await bench.pass(1)
  assert.deepEqual(seen(), ['trace inventory', 'logs payments'])
  await bench.engine.finish()
})
