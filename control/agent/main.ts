/**
 * The agent of one of several hosts. On the monitoring host, it waits for the shop's host, and has its ports on this loopback. On the shop's host, it
 * dials the monitoring host, carries out the control plane's operations, and sends the shop's logs. On a host of users, it dials, and has the ports
 * that they need on this loopback.
 */
import http from 'node:http'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import { describeError, errorAnswer } from '../../model/errors.ts'
import { followLogs } from '../../observability/store/filelog/tail.ts'
import { dataDir } from '../../range/context.ts'
import { readLinkKeys } from '../../range/targets/hosts/invitation.ts'
import { forwardPort } from '../../range/targets/hosts/forward.ts'
import { dialObservability, listenForHosts, type Link } from '../../range/targets/hosts/link.ts'
import { fitUsers } from '../../range/targets/hosts/fit-users.ts'
import { passOn } from '../../range/targets/hosts/open.ts'
import { readCall } from '../../range/targets/hosts/calls.ts'
import type { HostsStatus } from '../../range/targets/hosts/range.ts'
import { shopAnswers, shopStub } from '../../range/targets/hosts/shop-methods.ts'
import { localRange } from '../../range/targets/local/range.ts'
import { placedForAWhileOn, placedOn } from '../../range/topology.ts'
import { sendLogs } from '../../shell/log-stream.ts'
import { serveOperator } from '../../shell/operator/serve.ts'
import { shopSeen } from '../../shell/operator/shop.ts'
import { tokenRole } from '../access.ts'
import { keep } from '../reaper/keep.ts'
import { logSources, openLocalRange } from '../wiring.ts'
import { logShipper } from './log-shipper.ts'

const dir = process.env['FIREDRILL_DIR']
if (!dir) throw new Error('FIREDRILL_DIR is not set: the agent is started by firedrill up')
const target = openLocalRange(dir)
const { context } = target
const { placement } = context.config
if (placement.role === 'all') throw new Error('this range is on one host: it has no agent')

/** Ports of the shop's host that the monitoring host uses as its own, and the reverse. */
const shopPorts = new Set(
  [...placedOn('shop'), ...placedForAWhileOn('shop')]
    .filter(({ name }) => name !== 'agent')
    .flatMap(({ ports }) => Object.values(ports).map((name) => context.port(name))),
)
const observabilityPorts = new Set([context.port('telemetryStore')])
const loadPorts = new Set([context.port('telemetryStore'), context.port('locustMaster'), context.port('gateway-inbound')])

const keys = readLinkKeys(dir)
let link: Link
/** Calls of the agent itself, which are small. */
const shop = shopStub((method, args) => link.call(method, args, 10_000))
let stop: () => Promise<void>
let loadHosts = () => 0
if (placement.role === 'observability') {
  const address = { host: placement.listen, port: context.port('link') }
  const end = await listenForHosts(address, keys, { ports: observabilityPorts }, { ports: loadPorts })
  link = end.link
  loadHosts = end.loadHosts
  for (const port of shopPorts) await forwardPort(link, port)
  link.onCome = () =>
    void fitUsers({ state: target.state, load: localRange(target).load, shop: shop.host }).catch((error: unknown) =>
      process.stderr.write(`fitting the users to the shop's host: ${describeError(error)}\n`),
    )
  stop = async () => end.close()
} else {
  const [, host = '', port = ''] = /^(.+):(\d+)$/.exec(placement.observability) ?? []
  const call = shopAnswers({ ...localRange(target), machine: async () => target.state.machine() })
  // For terminals, whose jail is on the other host.
  const open = {
    operator: (stream: Duplex) => serveOperator(stream, () => shopSeen(context)),
    logs: (stream: Duplex) => sendLogs(stream, logSources(context)),
  }
  const service = placement.role === 'shop' ? { ports: shopPorts, call, open } : null
  const end = dialObservability({ host, port: Number(port) }, keys, service)
  link = end.link
  for (const forwarded of service ? observabilityPorts : loadPorts) await forwardPort(link, forwarded)
  const shipper = logShipper(`http://127.0.0.1:${context.port('telemetryStore')}/v1/logs`)
  const logs = followLogs(logSources(context), shipper, path.join(dataDir(context, 'agent'), 'log-positions.json'))
  stop = async () => {
    logs.stop()
    end.close()
  }
}

/** Asks the other host for its time, which is accurate to half of the round trip. */
async function status(): Promise<HostsStatus> {
  const none = { roundTripMs: null, clockOffsetMs: null }
  const base = { connected: link.connected, connectedAt: link.connectedAt, loadHosts: loadHosts() }
  if (!link.connected || placement.role !== 'observability') return { ...base, ...none }
  const { time } = shopStub((method, args) => link.call(method, args, 3_000)).host
  try {
    let best: { roundTripMs: number; clockOffsetMs: number } | null = null
    for (let tries = 0; tries < 5; tries++) {
      const sentAt = Date.now()
      const startedAt = performance.now()
      const theirs = await time()
      const roundTripMs = performance.now() - startedAt
      // The fastest answer is the most accurate, as in NTP.
      if (best === null || roundTripMs < best.roundTripMs) best = { roundTripMs, clockOffsetMs: theirs - (sentAt + roundTripMs / 2) }
    }
    return { ...base, ...(best ?? none) }
  } catch {
    return { ...base, ...none }
  }
}

/** Whether the request comes from a part of the range. */
function isService(request: http.IncomingMessage): boolean {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  return tokenRole(token, context.config.tokens) === 'service'
}

const server = http.createServer((request, response) => {
  const reply = (code: number, body: unknown) => response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  const fail = (error: unknown) => {
    const { status: code, body } = errorAnswer(error)
    reply(code, body)
  }
  if (request.url === '/ready') return reply(200, {})
  if (!isService(request)) return reply(401, { error: { code: 'unauthenticated', message: 'this is for the range itself' } })
  if (request.url === '/status') return void status().then((body) => reply(200, body), fail)
  if (request.url !== '/rpc' || request.method !== 'POST')
    return reply(404, { error: { code: 'not-found', message: 'there is no such route' } })
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const passOnCall = async () => {
      const { method, args, timeoutMs = 90_000 } = readCall(Buffer.concat(parts).toString())
      return link.call(method, args, timeoutMs)
    }
    passOnCall().then((result) => reply(200, { result }), fail)
  })
})
passOn(server, link, isService)
server.listen({ host: '127.0.0.1', port: context.port('agent') })
process.stdout.write(`agent of the ${placement.role} host\n`)

// The agent is restarted by the supervisor, or by the process that runs `host watch`; so either of the two keeps both running.
const keeper = keep((name) => target.revive(name), ['supervisor'], 1_000)
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    keeper.stop()
    void stop().finally(() => process.exit(0))
  })
