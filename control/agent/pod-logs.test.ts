import assert from 'node:assert/strict'
import { Duplex, type Writable } from 'node:stream'
import { test } from 'node:test'
import { until } from '../../model/until.ts'
import type { LogEntry } from '../../observability/store/otlp/logs.ts'
import { followPods, sendPodLogs, toSink } from './pod-logs.ts'

interface Container {
  labels: Record<string, string>
  name: string
  uid?: string
  restarts?: number
  running?: boolean
}
interface Stream {
  container: string
  into: Writable
  options: Record<string, unknown>
  aborted: AbortController
}
type Pods = Parameters<typeof followPods>[0]

const orders: Container = { labels: { app: 'orders' }, name: 'orders' }
const at = (second: number, text: string): string => `2026-03-02T10:00:0${second}.000000000Z ${text}\n`

/** A cluster with these containers, each in a pod of its own, and the streams of their logs that were opened. */
function clusterOf(containers: Container[]) {
  const streams: Stream[] = []
  let looks = 0
  const pod = ({ labels, name, uid = labels['app'], restarts = 0, running = true }: Container) => ({
    metadata: { name: `${uid}-pod`, uid, labels },
    status: { containerStatuses: [{ name, restartCount: restarts, state: running ? { running: {} } : {} }] },
  })
  const cluster = {
    namespace: 'shop',
    pods: async (app?: string) => {
      if (app === undefined) looks++
      return containers.filter(({ labels }) => (labels['app'] === 'job') === (app === 'job')).map(pod)
    },
    log: {
      async log(_namespace: string, _pod: string, container: string, into: Writable, options: Record<string, unknown>) {
        const aborted = new AbortController()
        streams.push({ container, into, options, aborted })
        return aborted
      },
    },
  } as unknown as Pods
  /** Two looks from now: one of them began after what was done before. */
  const looked = async () => {
    const from = looks
    await until('two looks', 10_000, () => looks >= from + 2, 2)
  }
  return { cluster, containers, streams, looked }
}

/** Follows them, with a look each 5 ms, and keeps what was said, by service. */
function following(containers: Container[]) {
  const followed = clusterOf(containers)
  const lines: string[] = []
  const take = (line: string, { service, format }: { service: string; format: string }) =>
    void lines.push(`${service} (${format}): ${line}`)
  const { stop } = followPods(followed.cluster, take, { sinceSeconds: 60 }, 5)
  return { ...followed, lines, stop, [Symbol.dispose]: stop }
}

const opened = (streams: readonly Stream[], count: number) => until(`${count} streams`, 10_000, () => streams.length >= count, 2)

test('each container is known by what runs in it, and one that says nothing to a responder is not followed', async () => {
  const names = [
    orders,
    { labels: { app: 'orders' }, name: 'istio-proxy', uid: 'sidecar' },
    { labels: { app: 'orders' }, name: 'istio-init', uid: 'init' },
    { labels: { app: 'postgres' }, name: 'log' },
    { labels: { app: 'postgres' }, name: 'postgres', uid: 'server' },
    { labels: { app: 'job', 'job-name': 'warm-cache-1a2b3c4d' }, name: 'job' },
    { labels: { app: 'job', 'job-name': 'warm-cache-1a2b3c4d' }, name: 'istio-proxy', uid: 'proxy-of-job' },
    { labels: { app: 'agent' }, name: 'agent' },
    { labels: {}, name: 'orders', uid: 'stranger' },
    { labels: { app: 'catalog' }, name: 'catalog', running: false },
  ]
  using followed = following(names)
  await followed.looked()
  for (const { into } of followed.streams) into.write(at(1, 'hello'))
  await until('their lines', 10_000, () => followed.lines.length >= 4, 2)
  assert.deepEqual(followed.lines.toSorted(), [
    'orders (pino): hello',
    'orders-proxy (envoy): hello',
    'postgres (postgres): hello',
    'warm-cache (pino): hello',
  ])
  assert.equal(followed.streams.length, 4)
})

test('lines are whole, wherever the pieces in which they come are cut, and one without an end waits', async () => {
  using followed = following([orders])
  await opened(followed.streams, 1)
  const [stream] = followed.streams
  assert.deepEqual(stream?.options, { follow: true, timestamps: true, sinceSeconds: 60 })
  const bytes = Buffer.from(at(1, 'größer') + at(2, 'second') + at(3, 'third').trimEnd())
  // Within the ö, and within a line.
  const cuts = [bytes.indexOf('ö') + 1, bytes.indexOf('second') + 3, bytes.length]
  cuts.forEach((cut, index) => stream?.into.write(bytes.subarray(cuts[index - 1] ?? 0, cut)))
  await until('two lines', 10_000, () => followed.lines.length >= 2, 2)
  assert.deepEqual(followed.lines, ['orders (pino): größer', 'orders (pino): second'])
})

test('a stream that ends is opened again where it was left, and what it repeats is left out', async () => {
  using followed = following([orders])
  await opened(followed.streams, 1)
  followed.streams[0]?.into.end(at(1, 'one') + at(1, 'same time') + at(0, 'set back') + at(2, 'two'))
  await opened(followed.streams, 2)
  assert.deepEqual(followed.streams[1]?.options, { follow: true, timestamps: true, sinceTime: '2026-03-02T10:00:02.000000000Z' })
  followed.streams[1]?.into.destroy(new Error('nothing came for five minutes'))
  await opened(followed.streams, 3)
  followed.streams[2]?.into.write(at(2, 'two') + at(3, 'three'))
  await until('the third line', 10_000, () => followed.lines.length >= 5, 2)
  assert.deepEqual(
    followed.lines,
    ['one', 'same time', 'set back', 'two', 'three'].map((line) => `orders (pino): ${line}`),
  )
  await followed.looked()
  assert.equal(followed.streams.length, 3, 'the last one is open')
})

test('a container that is started again is another one, and so is one that comes back', async () => {
  using followed = following([orders])
  await opened(followed.streams, 1)
  followed.streams[0]?.into.write(at(1, 'one'))
  followed.containers.splice(0, 1, { ...orders, restarts: 1 })
  await opened(followed.streams, 2)
  assert.deepEqual(followed.streams[1]?.options['sinceSeconds'], 60)
  followed.containers.splice(0, 1)
  await followed.looked()
  followed.containers.push({ ...orders, restarts: 1 })
  await opened(followed.streams, 3)
})

test('once stopped, it closes its streams, looks no more and hands out nothing', async () => {
  const followed = following([orders])
  await opened(followed.streams, 1)
  followed.stop()
  const [stream] = followed.streams
  assert.equal(stream?.aborted.signal.aborted, true)
  await new Promise((resolve) => stream?.into.end(at(1, 'late'), () => resolve(null)))
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.deepEqual([followed.lines, followed.streams.length], [[], 1])
})

test('what goes to a store waits until there is room for it, and what says nothing is not sent', async () => {
  const taken: string[] = []
  let room = false
  const offer = (entries: readonly LogEntry[]): boolean => {
    if (room) taken.push(...entries.map(({ service, body }) => `${service}: ${body}`))
    return room
  }
  const take = toSink({ offer })
  const source = { service: 'orders', format: 'plain' } as const
  const sent = Promise.resolve(take('hello', source)).then(() => taken.push('done'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(taken, [])
  room = true
  await sent
  await take('', source)
  assert.deepEqual(taken, ['orders: hello', 'done'])
})

test('a terminal elsewhere gets each line as a piece, the first of a service as a new file, and a reader that does not read is waited for', async () => {
  const { cluster, streams } = clusterOf([orders])
  const pieces: { service: string; fresh: boolean; text: string }[] = []
  let release = () => {}
  const terminal = new Duplex({
    writableHighWaterMark: 1,
    read() {},
    write(chunk: Buffer, _encoding, done) {
      const { service, fresh, bytes } = JSON.parse(chunk.toString()) as { service: string; fresh: boolean; bytes: string }
      pieces.push({ service, fresh, text: Buffer.from(bytes, 'base64').toString() })
      release = done
    },
  })
  sendPodLogs(terminal, cluster)
  await opened(streams, 1)
  assert.deepEqual(streams[0]?.options, { follow: true, timestamps: true, tailLines: 2_000 })
  streams[0]?.into.write(at(1, 'one') + at(2, 'two'))
  await until('a line', 10_000, () => pieces.length > 0, 2)
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(terminal.writableLength > 0 && pieces.length, 1)
  release()
  await until('the next', 10_000, () => pieces.length === 2, 2)
  assert.deepEqual(pieces, [
    { service: 'orders', fresh: true, text: 'one\n' },
    { service: 'orders', fresh: false, text: 'two\n' },
  ])
  terminal.destroy()
  await until('the end of its stream', 10_000, () => streams[0]?.aborted.signal.aborted, 2)
})
