import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DrillState } from '../model/drill.ts'
import type { Scenario } from '../model/scenario.ts'
import { ServedBench } from './replay/served-bench.ts'
import type { Debrief } from '../model/debrief.ts'

const id = 'every-fourth-page'

test('a drill is played as its seed drew it, and its debrief says how to play the same again', async () => {
  await using served = new ServedBench()
  const { bench } = served
  const begin = async (body: object) => {
    await bench.pass(20)
    const { status, text } = await served.ask('trainee', 'POST', '/api/drills', { scenario: id, ...body })
    assert.equal(status, 201, text)
    await bench.pass(6)
    return JSON.parse(text) as DrillState
  }
  const broken = async () => (await bench.range.mesh.faults()).map(({ to }) => to)
  const seedOf: Record<string, number> = {}
  for (let seed = 1; seed < 20; seed++) {
    const plan = await served.read<Scenario>('instructor', `/api/scenarios/${id}/plan?seed=${seed}`)
    // Of two variants with one component, one is enough.
    if (plan.timeline[0]?.params['httpStatus'] === 503) seedOf[plan.cause.component] = seed
  }
  assert.deepEqual(Object.keys(seedOf).toSorted(), ['catalog', 'inventory'])
  for (const [component, seed] of Object.entries(seedOf)) {
    const { id: drill, variant } = await begin({ seed })
    assert.equal(variant, null, 'which one it is would tell what there is to be found')
    assert.deepEqual(await broken(), [component])
    const told = await served.ask('trainee', 'GET', `/api/drills/${drill}`)
    assert.ok(!told.text.includes(`"seed":${seed}`) && !told.text.includes('"variant":"'), told.text)
    assert.equal(bench.engine.response.nameCause(component as 'catalog', 'network', ''), true)
    await bench.engine.finish()
    const debrief = await served.read<Debrief>('trainee', `/api/drills/${drill}/debrief`)
    assert.equal(debrief.cause.component, component)
    assert.ok(debrief.text.includes(component) && !debrief.text.includes('${'))
    assert.deepEqual(debrief.again, { seed, variant: component === 'catalog' ? 'products' : 'stock' })
  }
  await begin({ seed: seedOf['catalog'], variant: 'stock' })
  assert.deepEqual(await broken(), ['inventory'])
  await bench.engine.finish()
})

test('the list of variants is for the instructor only', async () => {
  await using served = new ServedBench()
  await served.bench.pass(20)
  const start = (role: 'trainee' | 'instructor', body: object) => served.ask(role, 'POST', '/api/drills', { scenario: id, ...body })
  const names = /stock|products/
  const refused = async () => {
    for (const [body, status] of [
      [{ variant: 'books' }, 404],
      [{ variant: 'books', mode: 'assessment' }, 403],
      [{ variant: 'books', blind: true }, 403],
    ] as const) {
      const answer = await start('trainee', body)
      assert.equal(answer.status, status, answer.text)
      assert.doesNotMatch(answer.text, names)
    }
  }
  await refused()
  const { status, text } = await start('instructor', { variant: 'books' })
  assert.equal(status, 404)
  assert.match(text, /has no variant 'books': choose stock, products/)
  // Nor while one of them is played.
  assert.equal((await start('trainee', {})).status, 201)
  await refused()
  await served.bench.engine.abort('enough')
})

test('a trainee does not choose what is played blind, and the instructor may', async () => {
  await using served = new ServedBench()
  await served.bench.pass(20)
  for (const choice of [{ seed: 7 }, { variant: 'stock' }, { seed: 7, variant: 'stock' }])
    for (const drill of [{ scenario: id, mode: 'assessment' }, { scenario: id, blind: true }, { difficulty: 'beginner' }]) {
      const { status, text } = await served.ask('trainee', 'POST', '/api/drills', { ...drill, ...choice })
      assert.equal(status, 403, text)
      assert.match(text, /is drawn at random: leave out 'seed' and 'variant'/)
      assert.equal(served.bench.engine.running(), null)
    }
  const body = { scenario: id, mode: 'assessment', seed: 7, variant: 'stock' }
  assert.equal((await served.ask('instructor', 'POST', '/api/drills', body)).status, 201)
  const running = served.bench.engine.running()
  assert.deepEqual([running?.seed, running?.variant, running?.blind], [7, 'stock', true])
  await served.bench.engine.abort('enough')
})
