import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Sunday } from '../test/sunday.ts'
import { incidentsExported } from './exported.ts'
import { shifts } from './replay/engine-bench.ts'

test('each incident of a shift has its own events, and what the team said while it was open', async () => {
  await using sunday = await new Sunday().start({}, 'instructor')
  const note = async (text: string) => {
    await sunday.ok('trainee', 'notes', { text })
    await sunday.pass(1)
  }
  await note('calm')
  await sunday.break('browsing')
  await note('first')
  await sunday.skip()
  await sunday.skip()
  const read = shifts.get('quiet-sunday')
  assert.ok(read)
  const exported = () => {
    const { bench } = sunday.served
    return incidentsExported(bench.state(sunday.drill), bench.events(sunday.drill), read)
  }
  const folders = () => exported().map(({ folder, scenario }) => [folder, scenario.id])
  assert.deepEqual(folders(), [
    ['incident-1', 'slow-shelves'],
    ['not-paged-2', 'two-truths'],
  ])
  await note('both')
  sunday.alert('PricesOutdated', 'firing')
  await sunday.pass(2)
  assert.deepEqual(folders().at(-1), ['incident-2', 'two-truths'])
  const [first, second] = exported()
  assert.ok(first && second)
  const notes = ({ events }: typeof first) => events.flatMap((event) => (event.type === 'note-added' ? [event.text] : []))
  assert.deepEqual([notes(first), notes(second)], [['first', 'both'], ['both']])
  const pages = ({ events }: typeof first) => events.flatMap((event) => (event.type === 'page-received' ? [event.alert.name] : []))
  assert.deepEqual([pages(first), pages(second)], [['BrowseLatencyBudgetBurn'], ['PricesOutdated']])
  const ids = first.events.map(({ id }) => id)
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => a - b),
  )
  assert.equal(first.state.mode, sunday.served.bench.state(sunday.drill).mode)
  await sunday.served.bench.engine.abort('enough')
})
