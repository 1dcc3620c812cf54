import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Sunday } from '../test/sunday.ts'
import { scenarioOf } from '../drills/variants.ts'
import { wordsAfter } from './coach-words.ts'
import { scenarios, shifts, type EngineBench } from './replay/engine-bench.ts'
import { playedWith } from './shifts.ts'

const said = (bench: EngineBench, drill: string): string => {
  const state = bench.state(drill)
  const scenario = scenarioOf(playedWith(scenarios, shifts), state)
  assert.ok(scenario)
  return wordsAfter(state, bench.events(drill), scenario)
}

test('after a shift, the coach speaks about each incident, by its own clock', async () => {
  await using sunday = await new Sunday().start()
  await sunday.break('browsing', 'prices')
  await sunday.ok('trainee', 'acknowledge')
  await sunday.ok('trainee', 'cause', { component: 'inventory', category: 'release', incident: 1 })
  await sunday.ok('trainee', 'cause', { component: 'rabbitmq', category: 'queue', incident: 2 })
  await sunday.mend('browsing')
  await sunday.ok('trainee', 'finish')
  assert.match(
    said(sunday.served.bench, sunday.drill),
    /^Incident 1 was Slow shelves\. You brought the shop back in .+ Incident 2 was Two truths\. The drill ended after .+ You named 1 other cause first/,
  )
})

test('what was fixed while it was a ticket comes first', async () => {
  await using thursday = await new Sunday().start({ shift: 'release-day' })
  await thursday.skip()
  thursday.served.bench.engine.response.view('deploys', 'catalog', 'deploys of catalog')
  assert.equal((await thursday.served.ask('trainee', 'POST', '/api/actions/end-canary', { params: {} })).status, 200)
  await thursday.ok('trainee', 'finish')
  assert.equal(said(thursday.served.bench, thursday.drill), 'You fixed One in ten while it was only a ticket.')
})

test('after a shift without incidents, the coach says so; after a drill, it speaks as usual', async () => {
  await using sunday = await new Sunday().start()
  await sunday.ok('trainee', 'finish')
  assert.match(said(sunday.served.bench, sunday.drill), /^The shift ended after .+, before its first incident\.$/)
  const drill = await sunday.served.bench.start()
  await sunday.served.bench.engine.finish()
  assert.match(said(sunday.served.bench, drill), /^The drill ended after /)
})
