/**
 * The agent in a cluster, which the monitoring host treats as the shop's host. It has the shop's ports on its own loopback, dials the monitoring
 * host, carries out the control plane's operations through the API server, receives the shop's telemetry, and sends the pods' logs.
 */
import { readFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { KubeConfig } from '@kubernetes/client-node'
import { describeError } from '../../model/errors.ts'
import { portOffsets, type PortName, type RangeContext } from '../../range/context.ts'
import { invitation } from '../../range/targets/hosts/invitation.ts'
import { forwardPort, join } from '../../range/targets/hosts/forward.ts'
import { dialObservability } from '../../range/targets/hosts/link.ts'
import { shopAnswers } from '../../range/targets/hosts/shop-methods.ts'
import { Cluster } from '../../range/targets/kubernetes/cluster.ts'
import { clusterContext } from '../../range/targets/kubernetes/context.ts'
import { clusterPort, shopPortNames, telemetryPort } from '../../range/targets/kubernetes/ports.ts'
import { clusterShop } from '../../range/targets/kubernetes/shop.ts'
import { StateMap } from '../../range/targets/kubernetes/state.ts'
import { namespace } from '../../range/targets/kubernetes/names.ts'
import { logShipper } from './log-shipper.ts'
import { onCallApi } from './on-call-api.ts'
import { followPods, sendPodLogs, toSink } from './pod-logs.ts'

const root = path.resolve(import.meta.dirname, '..', '..')
const given = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: the agent is started by the manifests in deploy/kubernetes`)
  return value
}
const invited = invitation.parse(JSON.parse(readFileSync(given('FIREDRILL_INVITATION'), 'utf8')))
const images = { shop: given('SHOP_IMAGE'), datastores: given('DATASTORES_IMAGE') }

const loopback = (name: PortName): number => invited.portBase + portOffsets[name]
const inCluster = clusterContext({ root })
/** As on the shop's own host: each port of the shop has the same number as on the other host. */
const context: RangeContext = {
  ...inCluster,
  root,
  config: { ...inCluster.config, portBase: invited.portBase, passwords: invited.passwords },
  port: loopback,
  address: (name) => `127.0.0.1:${loopback(name)}`,
  listen: '127.0.0.1',
}

const bytes = new Set<PortName>(['postgres', 'redis', 'amqp'])
for (const name of shopPortNames) {
  const target = clusterPort(name)
  if (!target) continue
  // The mesh routes HTTP by host name, so the name is corrected on the way; calls to a sidecar's admin port bypass the mesh.
  const server = bytes.has(name) || name.endsWith('-admin') ? passBytes(target.service, target.port) : passHttp(target.service, target.port)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port: loopback(name), host: '127.0.0.1' }, resolve)
  })
}

function passBytes(host: string, port: number): net.Server {
  return net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    join(socket, net.connect({ host, port, allowHalfOpen: true, noDelay: true }))
  })
}

function passHttp(host: string, port: number): http.Server {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 512 })
  return http.createServer((request, response) => {
    const headers = { ...request.headers, host: `${host}:${port}` }
    const to = http.request({ host, port, agent, headers, method: request.method ?? 'GET', path: request.url ?? '/' }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    // The caller sees the same as if it had connected itself: a closed connection.
    to.on('error', () => (response.headersSent ? response.destroy() : request.socket.destroy()))
    response.on('close', () => to.destroy())
    request.pipe(to)
  })
}

const config = new KubeConfig()
config.loadFromDefault()
const cluster = new Cluster(config, namespace)
const api = onCallApi(config, namespace)
const shop = clusterShop({ cluster, state: await StateMap.open(cluster), images, root, context })

const [, host = '', port = ''] = /^(.+):(\d+)$/.exec(invited.observability) ?? []
const end = dialObservability({ host, port: Number(port) }, invited.keys, {
  ports: new Set(shopPortNames.map(loopback)),
  call: shopAnswers(shop),
  // For terminals, whose jail is on the monitoring host.
  open: {
    kubernetes: (stream: Duplex) => api.serve(stream),
    logs: (stream: Duplex) => sendPodLogs(stream, cluster),
  },
})
// Route to the shop's pods, and to this one.
await forwardPort(end.link, loopback('telemetryStore'), { port: telemetryPort, host: '0.0.0.0' })
const logs = followPods(cluster, toSink(logShipper(`http://127.0.0.1:${telemetryPort}/v1/logs`)), { sinceSeconds: 60 })
process.stdout.write(`agent of the shop in ${namespace}, dials ${invited.observability}\n`)

void (async () => {
  for (;;) {
    try {
      return await shop.prepare()
    } catch (error) {
      process.stderr.write(`the database could not be prepared: ${describeError(error)}\n`)
      await delay(3_000)
    }
  }
})()

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    logs.stop()
    end.close()
    api.close()
    process.exit(0)
  })
}
