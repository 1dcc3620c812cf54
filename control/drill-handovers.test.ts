import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HandoverNote } from '../model/handover.ts'
import { handovers as tools } from './mcp/handovers.ts'
import { ServedBench } from './replay/served-bench.ts'
import type { Debrief } from '../model/debrief.ts'

type Listed = { handovers: (HandoverNote & { at: number; by: unknown })[] }

test('a responder who joins late reads the newest note first, and the debrief compares each note with what was true', async () => {
  await using served = new ServedBench()
  const { bench } = served
  const drill = await bench.start('slow-shelves')
  const path = `/api/drills/${drill}/handovers`
  const write = (note: object) => served.ask('trainee', 'POST', path, note)
  assert.deepEqual(await served.read('trainee', path), { handovers: [] })
  assert.equal((await write({ broken: 'Checkout fails.', since: 'this morning' })).status, 200)
  await bench.pass(30)
  assert.equal((await write({ broken: 'Pages are slow.', next: '  ' })).status, 200)
  const { handovers } = await served.read<Listed>('trainee', path)
  assert.deepEqual(
    handovers.map(({ broken, since, next }) => [broken, since, next]),
    [
      ['Pages are slow.', '', ''],
      ['Checkout fails.', 'this morning', ''],
    ],
  )
  for (const empty of [{}, { broken: '   ' }, { broken: 'x'.repeat(601) }]) assert.equal((await write(empty)).status, 400)
  await bench.engine.finish()
  assert.equal((await write({ broken: 'Too late.' })).status, 409)
  const { handovers: judged } = await served.read<Debrief>('trainee', `/api/drills/${drill}/debrief`)
  assert.deepEqual(
    judged.map(({ note, findings }) => [note.broken, findings.find(({ rule }) => rule === 'broken')?.ok]),
    [
      ['Checkout fails.', false],
      ['Pages are slow.', true],
    ],
  )
})

test('notes of an earlier drill of the same scenario are hidden from trainees who play it now', async () => {
  await using served = new ServedBench()
  const { bench } = served
  const before = await bench.start('slow-shelves')
  await served.ask('trainee', 'POST', `/api/drills/${before}/handovers`, { broken: 'It was the release.' })
  await bench.engine.finish()
  const drill = await bench.start('slow-shelves')
  assert.notEqual(drill, before)
  assert.equal((await served.ask('trainee', 'GET', `/api/drills/${before}/handovers`)).status, 409)
  assert.equal((await served.ask('instructor', 'GET', `/api/drills/${before}/handovers`)).status, 200)
  await bench.engine.abort('enough')
})

test('an agent takes over an incident through MCP, and hands it over', async () => {
  await using served = new ServedBench()
  const drill = await served.bench.start('slow-shelves')
  const use = (name: string, input: object) => {
    const tool = tools.find((each) => each.name === name)
    assert.ok(tool)
    return tool.run(served.trainee, tool.input.parse(input))
  }
  await use('write_handover_note', { broken: 'Pages are slow.', since: '14:02' })
  const { handovers } = (await use('list_handover_notes', {})) as Listed
  assert.deepEqual([handovers[0]?.broken, handovers[0]?.since, handovers[0]?.next], ['Pages are slow.', '14:02', ''])
  assert.ok(served.bench.types(drill).includes('handover-written'))
  await served.bench.engine.abort('enough')
})
