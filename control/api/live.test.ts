import assert from 'node:assert/strict'
import http from 'node:http'
import { test } from 'node:test'
import { ownPorts } from '../replay/paper-context.ts'
import { ServedBench } from '../replay/served-bench.ts'
import { mostStreams } from './live.ts'

/** What a listener is told, and how it goes. */
function listen(served: ServedBench, role: 'trainee' | 'instructor', lastEventId?: number) {
  const [host = '', port] = served.host.split(':')
  const headers = {
    authorization: `Bearer ${role}`,
    host: served.host,
    ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }),
  }
  const request = http.get({ host, port, path: '/api/live', headers })
  let text = ''
  const status = new Promise<number>((resolve, reject) => {
    request.once('error', reject)
    request.once('response', (response) => {
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('error', () => {})
      resolve(response.statusCode ?? 0)
    })
  })
  const events = () =>
    [...text.matchAll(/(?:id: (\d+)\n)?event: (\w+)\ndata: (.*)\n\n/g)].map(([, id, name = '', data = '']) => ({
      id: id === undefined ? null : Number(id),
      name,
      data: JSON.parse(data) as { type?: string; healthy?: boolean; components?: object[] },
    }))
  return {
    status,
    events,
    types: () => events().flatMap(({ data }) => data.type ?? []),
    close: () => request.destroy(),
    until: async (holds: () => boolean) => {
      const giveUpAt = performance.now() + 10_000
      while (!holds()) {
        assert.ok(performance.now() < giveUpAt, text)
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}

test('each role is told what it may know, as it happens, and what it has missed', async () => {
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
  // One that comes back is told what came after the last event that it has.
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

test('only so many listen at once, and one that closes makes room', async () => {
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
