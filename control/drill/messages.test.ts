import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { peopleParameters } from '../../people/parameters.ts'
import { EngineBench } from '../replay/engine-bench.ts'

const robin = { name: 'Robin', role: 'lead' }
type Act = (bench: EngineBench) => unknown

/** The kinds of messages, whether they are allowed in a pause, and their events. */
const acts: Record<string, { act: Act; inPause: boolean; type: string; by?: boolean }> = {
  'a note': { act: ({ engine }) => engine.messages.note({ text: 'odd' }, robin), inPause: true, type: 'note-added', by: true },
  'a word among those who play': { act: ({ engine }) => engine.messages.say('look', robin), inPause: true, type: 'said', by: true },
  'a status update': {
    act: ({ engine }) => engine.messages.postStatus({ status: 'investigating', text: 'we look into it' }, robin),
    inPause: true,
    type: 'status-posted',
    by: true,
  },
  'a handover note': {
    act: ({ engine }) => engine.messages.handOver({ broken: 'checkout', hurt: '', since: '14:02', tried: '', doing: '', next: '' }, robin),
    inPause: true,
    type: 'handover-written',
    by: true,
  },
  'a message of the instructor': { act: ({ engine }) => engine.messages.send('ten minutes left'), inPause: true, type: 'message-sent' },
  'a question to a person': {
    act: ({ engine }) => engine.characters.ask('support-lead', 'which customers?', robin),
    inPause: false,
    type: 'person-asked',
    by: true,
  },
  'a request for quiet': { act: ({ engine }) => engine.characters.askQuiet(60_000, robin), inPause: false, type: 'quiet-asked', by: true },
  'a person who is sent': { act: ({ engine }) => engine.characters.send('support-lead', 'hello'), inPause: true, type: 'person-sent' },
  'people who are muted': { act: ({ engine }) => engine.characters.mute(true), inPause: true, type: 'people-muted' },
}

describe('messages in a drill', () => {
  for (const [what, { act, inPause, type, by = false }] of Object.entries(acts))
    test(`${what} is an event, ${inPause ? 'also' : 'not'} in a pause, and refused without a drill and after it`, async () => {
      using bench = new EngineBench()
      assert.throws(() => act(bench), { code: 'not-found' })
      const drill = await bench.start()
      act(bench)
      bench.engine.clock.pause()
      if (inPause) act(bench)
      else assert.throws(() => act(bench), { code: 'wrong-state' })
      const events = bench.events(drill).filter((event) => event.type === type)
      assert.deepEqual(
        events.map((event) => event.by),
        Array.from({ length: inPause ? 2 : 1 }, () => (by ? robin : undefined)),
      )
      await bench.engine.abort('enough')
      assert.throws(() => act(bench), { code: 'wrong-state' })
    })

  test('a note may be added to a finished drill', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    await bench.engine.finish()
    bench.engine.messages.note({ text: 'what we learnt' })
    assert.equal(bench.events(drill).at(-1)?.type, 'note-added')
  })
})

test('quiet may be requested as often as people accept it; ending one is always allowed', async () => {
  using bench = new EngineBench()
  await bench.start()
  const { characters } = bench.engine
  for (let left = peopleParameters.quiets; left > 0; left--) {
    assert.equal(characters.quietsLeft(), left)
    characters.askQuiet(60_000)
    characters.askQuiet(0)
  }
  assert.equal(characters.quietsLeft(), 0)
  assert.throws(() => characters.askQuiet(1), { code: 'conflict', message: new RegExp(`asked for quiet ${peopleParameters.quiets} times`) })
  assert.doesNotThrow(() => characters.askQuiet(0))
  await bench.engine.finish()
})

test('a model’s match for a question is recorded while the drill runs', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  bench.engine.characters.noteUnderstood(3, 'a-fact')
  await bench.engine.finish()
  bench.engine.characters.noteUnderstood(4, 'another')
  const understood = bench.events(drill).flatMap((event) => (event.type === 'question-understood' ? [[event.to, event.fact]] : []))
  assert.deepEqual(understood, [[3, 'a-fact']])
})

test('people speak in a drill by themselves, and nobody speaks when there is none', async () => {
  using bench = new EngineBench()
  bench.engine.characters.act()
  const drill = await bench.start('old-tags')
  await bench.pass(5)
  bench.fire('a', { notifies: true })
  await bench.pass(45)
  assert.ok(bench.types(drill).includes('person-said'))
  await bench.engine.abort('enough')
})
