import assert from 'node:assert/strict'
import http from 'node:http'
import { test } from 'node:test'
import { ownPorts } from '../replay/paper-context.ts'
import { ServedBench } from '../replay/served-bench.ts'
import { mostStreams } from './live.ts'

interface Told {
  id: number | null
  name: string
  data: { type?: string; text?: string; healthy?: boolean; components?: object[] }
}

function eventOf(block: string): Told[] {
  const [, id, name = '', data = ''] = /^(?:id: (\d+)\n)?event: (\w+)\ndata: (.*)$/.exec(block) ?? []
  return name === '' ? [] : [{ id: id === undefined ? null : Number(id), name, data: JSON.parse(data) as Told['data'] }]
}

/** The messages that a listener receives, and a way to disconnect. */
function listen(served: ServedBench, role: 'trainee' | 'instructor', lastEventId?: number) {
  const [host = '', port] = served.host.split(':')
  const headers = {
    authorization: `Bearer ${role}`,
    host: served.host,
    ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }),
  }
  const request = http.get({ host, port, path: '/api/live', headers })
  const events: Told[] = []
  let text = ''
  let hasEnded = false
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('error', reject)
    request.once('response', (response) => {
      response.setEncoding('utf8').on('data', (part: string) => {
        const blocks = `${text}${part}`.split('\n\n')
        text = blocks.pop() ?? ''
        events.push(...blocks.flatMap(eventOf))
      })
      response.on('error', () => {}).on('close', () => (hasEnded = true))
      resolve(response)
    })
  })
  return {
    status: answered.then(({ statusCode }) => statusCode ?? 0),
    events: () => events,
    types: () => events.flatMap(({ data }) => data.type ?? []),
    /** The numbers with which messages of the team begin. */
    said: () => events.flatMap(({ data }) => (data.type === 'said' ? Number.parseInt(data.text ?? '', 10) : [])),
    stopReading: async () => void (await answered).pause(),
    readOn: async () => void (await answered).resume(),
    hasEnded: () => hasEnded,
    close: () => request.destroy(),
    until: async (holds: () => boolean) => {
      const giveUpAt = performance.now() + 10_000
      while (!holds()) {
        assert.ok(performance.now() < giveUpAt, `${events.length} events, the last ${JSON.stringify(events.at(-1))?.slice(0, 200)}`)
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}

test('each role receives the events that it may see as they happen, and after a reconnect those that it missed', async () => {
  await using served = new ServedBench({ portBase: ownPorts() })
  await served.listen()
  const { bench } = served
  const [trainee, instructor] = [listen(served, 'trainee'), listen(served, 'instructor')]
  assert.deepEqual(await Promise.all([trainee.status, instructor.status]), [200, 200])
  await trainee.until(() => trainee.events().some(({ name }) => name === 'status'))
  const [status] = trainee.events()
  assert.deepEqual(Object.keys(status?.data ?? {}), ['healthy', 'troubles', 'components'], 'which check fails is not told')
  const drill = await bench.start()
  await bench.pass(6)
  bench.engine.messages.say('look')
  await instructor.until(() => instructor.types().includes('said'))
  await trainee.until(() => trainee.types().includes('said'))
  assert.ok(instructor.types().includes('fault-injected'))
  assert.ok(!trainee.types().includes('fault-injected'))
  const own = trainee.events().filter(({ name }) => name === 'drill')
  assert.deepEqual(
    own.map(({ id }) => id),
    own.map((_, index) => index + 1),
    'without gaps',
  )
  // A client that reconnects receives what came after its last event.
  const again = listen(served, 'trainee', own.length - 1)
  await again.until(() => again.types().includes('said'))
  assert.deepEqual(again.types(), ['said'])
  const fresh = listen(served, 'trainee')
  await fresh.until(() => fresh.events().length > 0)
  assert.deepEqual(fresh.types(), [], 'one that has nothing reads the drill first')
  for (const listener of [trainee, instructor, again, fresh]) listener.close()
  assert.equal(bench.state(drill).phase, 'running')
  await bench.engine.finish()
})

test('the number of listeners is limited, and one that disconnects makes room', async () => {
  await using served = new ServedBench({ portBase: ownPorts() })
  await served.listen()
  const listeners = Array.from({ length: mostStreams.instructor }, () => listen(served, 'instructor'))
  await Promise.all(listeners.map(({ status }) => status))
  const refused = listen(served, 'instructor')
  assert.equal(await refused.status, 429)
  const other = listen(served, 'trainee')
  assert.equal(await other.status, 200, 'another role has room of its own')
  listeners[0]?.close()
  let status = 429
  for (const giveUpAt = performance.now() + 10_000; status === 429 && performance.now() < giveUpAt;) {
    const next = listen(served, 'instructor')
    status = await next.status
    listeners.push(next)
  }
  assert.equal(status, 200)
  for (const listener of [...listeners, refused, other]) listener.close()
})

test('a client that does not read is disconnected, others receive every event, and after a reconnect it receives what it missed', async () => {
  await using served = new ServedBench({ portBase: ownPorts() })
  await served.listen()
  const { bench } = served
  const listeners = () => bench.engine.live.listenerCount('event')
  const before = listeners()
  const [stuck, reader] = [listen(served, 'trainee'), listen(served, 'trainee')]
  assert.deepEqual(await Promise.all([stuck.status, reader.status]), [200, 200])
  await bench.start()
  await stuck.until(() => stuck.types().includes('drill-started'))
  await stuck.stopReading()
  assert.equal(listeners(), before + 2)
  // The kernel's buffers at both ends of a connection come before those of the control plane.
  const line = 'x'.repeat(200_000)
  let said = 0
  while (listeners() > before + 1) {
    assert.ok(said < 150, `it was sent ${said * line.length} bytes, read none, and is still told`)
    bench.engine.messages.say(`${++said} ${line}`)
    await reader.until(() => reader.said().at(-1) === said)
  }
  const all = Array.from({ length: said }, (_, index) => index + 1)
  assert.deepEqual(reader.said(), all)
  await stuck.readOn()
  await stuck.until(stuck.hasEnded)
  assert.ok(stuck.said().length < said)
  // It has missed more than the limit of unread events, and receives them in parts.
  const parts = [stuck]
  for (let last = stuck; parts.flatMap((part) => part.said()).length < said; parts.push(last)) {
    last = listen(served, 'trainee', last.events().findLast(({ id }) => id !== null)?.id ?? 0)
    const { said: saidHere, hasEnded } = last
    await last.until(() => hasEnded() || saidHere().at(-1) === said)
    assert.ok(last.said().length > 0, 'each part gets it further')
  }
  assert.ok(parts.length > 2)
  assert.deepEqual(
    parts.flatMap((part) => part.said()),
    all,
  )
  for (const listener of [reader, ...parts]) listener.close()
  await bench.engine.finish()
})
