import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { proxyOf, type ServiceName } from '../../model/components.ts'
import { defineComponent, type Component } from '../component.ts'
import { adminPort, edgePort, httpEdges, inboundPort, tcpEdges } from '../mesh/edges.ts'
import { bootstrap } from '../mesh/envoy/proxy.ts'
import { meshDir } from '../mesh/proxy-folder.ts'
import { writeProxyFiles } from '../mesh/files.ts'
import { identityOf, isDue, issueIdentity } from '../mesh/identity.ts'
import { writeWhole } from '../whole-file.ts'
import { envoyReady } from '../readiness/envoy.ts'

/** The sidecar of one service: an Envoy for its inbound and outbound calls. */
function defineProxy(service: ServiceName, title: string): Component {
  const inbound = inboundPort(service)
  const outbound = [...httpEdges, ...tcpEdges].filter(({ from }) => from === service).map(({ to }) => [to, edgePort(service, to)] as const)
  return defineComponent({
    name: proxyOf(service),
    title,
    role: 'mesh',
    ports: { admin: adminPort(service), ...(inbound ? { inbound } : {}), ...Object.fromEntries(outbound) },
    calls: [service],
    async prepare(context) {
      const dir = meshDir(context, service)
      mkdirSync(dir, { recursive: true })
      const identity = await identityOf(context, service)
      // A certificate that others reject is kept: a restart must not repair it.
      if (identity === null || (identity.verified && isDue(identity))) await issueIdentity(context, service)
      writeProxyFiles(context, service)
      writeWhole(path.join(dir, 'bootstrap.json'), JSON.stringify(bootstrap(context, service, randomBytes(3).toString('hex'))))
    },
    process: (context) => ({
      file: context.binaries.envoy,
      args: [
        '-c',
        path.join(meshDir(context, service), 'bootstrap.json'),
        '--concurrency',
        '1',
        '--disable-hot-restart',
        '--drain-time-s',
        '15',
        '--drain-strategy',
        'immediate',
        '--log-level',
        'warning',
        '--file-flush-interval-msec',
        '500',
      ],
      env: {},
    }),
    readiness: (context) => envoyReady(context.port(adminPort(service)), outbound.length + (inbound ? 1 : 0)),
    stop: { signal: 'SIGTERM', deadlineMs: 5_000 },
    startDeadlineMs: 30_000,
    metrics: { port: adminPort(service), path: '/stats/prometheus' },
    logs: { format: 'envoy' },
  })
}

export const proxyComponents = {
  'gateway-proxy': defineProxy('gateway', 'Proxy of gateway'),
  'catalog-proxy': defineProxy('catalog', 'Proxy of catalog'),
  'inventory-proxy': defineProxy('inventory', 'Proxy of inventory'),
  'orders-proxy': defineProxy('orders', 'Proxy of orders'),
  'payments-proxy': defineProxy('payments', 'Proxy of payments'),
  'fulfilment-proxy': defineProxy('fulfilment', 'Proxy of fulfilment'),
} as const
