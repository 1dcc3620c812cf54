import type { PortName, RangeContext } from '../range/context.ts'
import { adminPort } from '../range/mesh/edges.ts'
import { proxyNames, serviceNames, withoutProxy, type ServiceName } from '../model/components.ts'

/** The target of a connection out of the jail. */
export type Target =
  | { kind: 'port'; port: PortName }
  /** Prometheus through the control plane, so that queries count as looks, as in the console. */
  | { kind: 'prometheus' }
  /** Receives the shell's reports about commands that ended. */
  | { kind: 'reports' }
  /** Commands about the shop's processes, which run on the shop's host. */
  | { kind: 'operator' }
  /** The API server of the cluster that the shop runs in. */
  | { kind: 'kubernetes' }

/** A name in the jail, with its ports. */
export interface Place {
  name: string
  /** The address on the jail's own loopback; each name has its own, so that each can have its usual port. */
  address: string
  ports: { port: number; target: string }[]
}

const http = 80
/** At their usual ports, with an exporter's metrics at the name of what it measures. */
const usualPorts: Record<string, Record<number, PortName>> = {
  postgres: { 5432: 'postgres', 9187: 'postgresExporter' },
  redis: { 6379: 'redis', 9121: 'redisExporter' },
  rabbitmq: { 5672: 'amqp', 15672: 'rabbitmqManagement', 15692: 'rabbitmqMetrics' },
  alertmanager: { 9093: 'alertmanager' },
  'node-exporter': { 9100: 'nodeExporter' },
  restored: { 5432: 'restored' },
  replica: { 5432: 'replica' },
}

/** Ports of the loopback for targets that are not parts of the shop. */
const ownPorts = { reports: 9, operator: 10 } as const

/** The target for a name; only these can be reached from the jail. */
export function targets(): ReadonlyMap<string, Target> {
  const ports = [
    ...serviceNames.map((name): [string, PortName] => [name, name]),
    ...proxyNames.map((name): [string, PortName] => [name, adminPort(withoutProxy(name) as ServiceName)]),
    ...Object.values(usualPorts).flatMap((known) => Object.values(known).map((port): [string, PortName] => [port, port])),
    ...([['control', 'control']] as [string, PortName][]),
  ].map(([name, port]): [string, Target] => [name, { kind: 'port', port }])
  return new Map<string, Target>([
    ...ports,
    ['prometheus', { kind: 'prometheus' }],
    ['reports', { kind: 'reports' }],
    ['operator', { kind: 'operator' }],
    ['kubernetes', { kind: 'kubernetes' }],
  ])
}

/**
 * Every name in the jail. The control plane is `localhost`, with the same port as outside; the API server is there only if the shop is in a cluster.
 */
export function places(context: Pick<RangeContext, 'port'>, { cluster = false } = {}): Place[] {
  const named: [string, Record<number, string>][] = [
    ...serviceNames.map((name): [string, Record<number, string>] => [name, { [http]: name }]),
    ...proxyNames.map((name): [string, Record<number, string>] => [name, { [http]: name }]),
    ...Object.entries(usualPorts),
    ['prometheus', { 9090: 'prometheus' }],
    ...(cluster ? [['kubernetes', { [http]: 'kubernetes' }] as [string, Record<number, string>]] : []),
  ]
  return [
    {
      name: 'localhost',
      address: '127.0.0.1',
      ports: [own(context.port('control'), 'control'), own(ownPorts.reports, 'reports'), own(ownPorts.operator, 'operator')],
    },
    ...named.map(([name, ports], index) => ({
      name,
      address: `127.0.7.${index + 1}`,
      ports: Object.entries(ports).map(([port, target]) => own(Number(port), target)),
    })),
  ]
}

const own = (port: number, target: string) => ({ port, target })

export const hostsFile = (all: readonly Place[]): string =>
  `${all.map(({ name, address }) => `${address} ${name}`).join('\n')}\n::1 ip6-localhost\n`

/** In the format of the forwarder in the jail. */
export const forwardMap = (all: readonly Place[]): string =>
  all.flatMap(({ address, ports }) => ports.map(({ port, target }) => `${address} ${port} ${target}\n`)).join('')
