import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { type AddressInfo } from 'node:net'
import tls from 'node:tls'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { FiredrillError } from '../../../model/errors.ts'
import { until as waitUntil } from '../../../model/until.ts'
import { freePort } from '../../../test/free-port.ts'
import { makeLinkKeys } from './keys.ts'
import { forwardPort } from './forward.ts'
import { dialObservability, listenForHosts } from './link.ts'

const until = (what: () => boolean) => waitUntil(what.toString(), 15_000, what, 20)

const keys = await makeLinkKeys()
const strangers = await makeLinkKeys()
/** The shop's host, and its own loopback: another address, because both hosts are this one here. */
const service = http.createServer((request, response) => {
  if (request.url === '/big') return void response.end(Buffer.alloc(8_000_000, 'x'))
  response.end(`said ${request.url}`)
})
let port = 0
let linkPort = 0
let observability: Awaited<ReturnType<typeof listenForHosts>>
let shop: ReturnType<typeof dialObservability>

before(async () => {
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  port = (service.address() as AddressInfo).port
  linkPort = await freePort()
  observability = await listenForHosts(
    { host: '127.0.0.1', port: linkPort },
    keys.observability,
    { ports: new Set([port]) },
    { ports: new Set([port]) },
  )
  shop = dialObservability({ host: '127.0.0.1', port: linkPort }, keys.shop, {
    ports: new Set([port]),
    async call(method, args) {
      if (method === 'add') return (args as number[]).reduce((sum, each) => sum + each, 0)
      throw new FiredrillError('not-found', `there is no ${method}`)
    },
    open: { echo: (stream) => stream.pipe(stream) },
  })
  await until(() => observability.link.connected && shop.link.connected)
})
after(() => {
  shop.close()
  observability.close()
  service.close()
})

const get = (stream: ReturnType<typeof shop.link.connect>, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    assert.ok(stream)
    let text = ''
    stream.on('data', (part: Buffer) => (text += part.toString('latin1')))
    stream.on('end', () => resolve(text))
    stream.on('error', reject)
    stream.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
  })

test('a port of one host is reached from the other, both ways', async () => {
  assert.match(await get(observability.link.connect(port), '/a'), /said \/a/)
  assert.match(await get(shop.link.connect(port), '/b'), /said \/b/)
})

test('a large amount of data arrives completely', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => get(observability.link.connect(port), '/big')))
  for (const text of answers) assert.ok(text.length > 8_000_000)
})

test('a port that is not allowed is refused', async () => {
  await assert.rejects(get(observability.link.connect(linkPort), '/'), /refused: 403/)
})

test('calls are answered, and fail with the error of the other side', async () => {
  assert.equal(await observability.link.call('add', [1, 2, 3], 1_000), 6)
  await assert.rejects(observability.link.call('fly', [], 1_000), (error) => error instanceof FiredrillError && error.code === 'not-found')
})

test('a client that disconnects immediately after opening a stream or making a call does no harm', async () => {
  for (let time = 0; time < 20; time++) {
    const stream = observability.link.connect(port)
    assert.ok(stream)
    stream.on('error', () => {})
    // Cut while the other end is connecting, or just before.
    if (time % 2) stream.destroy()
    else setImmediate(() => stream.destroy())
    observability.link.call('add', ['x'.repeat(2_000_000)], 1 + (time % 4)).catch(() => {})
    await delay(5)
  }
  assert.equal(await observability.link.call('add', [1, 2], 1_000), 3)
  assert.match(await get(observability.link.connect(port), '/still'), /said \/still/)
})

test('a connection to a forwarded port reaches the other host, and is closed immediately if nothing listens there', async () => {
  const through = await freePort()
  const nowhere = await forwardPort(observability.link, through)
  await assert.rejects(fetch(`http://127.0.0.1:${through}/`))
  nowhere.close()
})

test('a peer without a certificate, or with one of another authority or of users, is not accepted as the shop', async () => {
  const attempt = (options: tls.ConnectionOptions) =>
    new Promise<string>((resolve) => {
      const socket = tls.connect({
        host: '127.0.0.1',
        port: linkPort,
        rejectUnauthorized: false,
        ALPNProtocols: ['firedrill-to-shop'],
        ...options,
      })
      socket.once('error', (error) => resolve(error.message)).once('close', () => resolve('closed'))
      socket.once('data', () => resolve('taken'))
    })
  assert.notEqual(await attempt({}), 'taken')
  assert.notEqual(await attempt({ cert: strangers.shop.cert, key: strangers.shop.key }), 'taken')
  // By the certificate, not by its request.
  assert.notEqual(await attempt({ cert: keys.load.cert, key: keys.load.key }), 'taken')
  assert.ok(observability.link.connected, 'who is connected stays so')
})

test('a host of users reaches its own ports, and none of the shop’s functions', async () => {
  const users = dialObservability({ host: '127.0.0.1', port: linkPort }, keys.load, null)
  await until(() => users.link.connected && observability.loadHosts() === 1)
  assert.match(await get(users.link.connect(port), '/users'), /said \/users/)
  await assert.rejects(get(users.link.connect(linkPort), '/'), /refused: 403/)
  users.close()
  await until(() => observability.loadHosts() === 0)
})

test('the link reconnects by itself', async () => {
  observability.close()
  await until(() => !shop.link.connected)
  await assert.rejects(observability.link.call('add', [1], 1_000), /away/)
  observability = await listenForHosts({ host: '127.0.0.1', port: linkPort }, keys.observability, { ports: new Set([port]) })
  await until(() => observability.link.connected && shop.link.connected)
  assert.equal(await observability.link.call('add', [1, 1], 1_000), 2)
})

test('a named service of one end can be reached by its name, and nothing else can', async () => {
  const stream = observability.link.connect('echo')
  assert.ok(stream)
  stream.end('said to it')
  let heard = ''
  for await (const bytes of stream) heard += String(bytes)
  assert.equal(heard, 'said to it')
  for (const name of ['constructor', 'nothing', `127.0.0.1:${port + 1}`]) {
    const refused = observability.link.connect(name)
    assert.ok(refused)
    const [error]: unknown[] = await once(refused, 'error')
    assert.match(String(error), /refused: 403/)
  }
})
