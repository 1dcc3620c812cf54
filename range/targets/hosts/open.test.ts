import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { after, before, test } from 'node:test'
import { paperContext } from '../../../control/replay/paper-context.ts'
import { until } from '../../../model/until.ts'
import { makeLinkKeys } from './keys.ts'
import { dialObservability, listenForHosts } from './link.ts'
import { openShop, passOn } from './open.ts'

const keys = await makeLinkKeys()
const agent = http.createServer()
let observability: Awaited<ReturnType<typeof listenForHosts>>
let shop: ReturnType<typeof dialObservability>
let opened: Duplex[] = []

const portOf = async (server: http.Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
const { config } = paperContext('/tmp', '/tmp', 30)
let agentPort = 0
const open = (name: string, service = config.tokens.service) =>
  openShop({ config: { ...config, tokens: { ...config.tokens, service } }, port: () => agentPort }, name)

before(async () => {
  const other = http.createServer()
  const linkPort = await portOf(other)
  await new Promise((resolve) => other.close(resolve))
  agentPort = await portOf(agent)
  observability = await listenForHosts({ host: '127.0.0.1', port: linkPort }, keys.observability, { ports: new Set() })
  passOn(agent, observability.link, ({ headers }) => headers.authorization === `Bearer ${config.tokens.service}`)
  shop = dialObservability({ host: '127.0.0.1', port: linkPort }, keys.shop, {
    ports: new Set(),
    open: {
      echo: (stream) => void opened.push(stream.pipe(stream)),
      clock(stream) {
        opened.push(stream)
        stream.resume()
        stream.write('first\n')
        const timer = setInterval(() => stream.write('again\n'), 100)
        stream.once('close', () => clearInterval(timer))
      },
    },
  })
  await until('the shop', 20_000, async () => observability.link.connected)
})
after(() => {
  agent.closeAllConnections()
  agent.close()
  shop.close()
  observability.close()
})

test('a named service of the other host can be used, from the first byte to the last', async () => {
  const stream = await open('echo')
  stream.end('x'.repeat(300_000))
  let heard = 0
  for await (const bytes of stream) heard += (bytes as Buffer).length
  assert.equal(heard, 300_000)
})

test('output of a service that only sends arrives immediately, as long as the client listens', async () => {
  opened = []
  const stream = await open('clock')
  let heard = ''
  stream.on('data', (bytes: Buffer) => (heard += bytes.toString()))
  await until('what it says', 20_000, async () => /^first\n(again\n){3,}$/.test(heard))
  stream.destroy()
  await until('its end to know', 20_000, async () => opened.length === 1 && opened[0]?.destroyed === true)
})

test('an unknown service, a stranger, and a disconnected host are refused with the reason', async () => {
  await assert.rejects(open('nothing'), /does not open 'nothing'/)
  await assert.rejects(open('echo', 'a guess'), { code: 'component-unreachable' })
  shop.close()
  await until('the shop to be away', 20_000, async () => !observability.link.connected)
  await assert.rejects(open('echo'), /the shop's host is away/)
})
