import type { PortName, RangeContext } from '../range/context.ts'
import { adminPort } from '../range/mesh/edges.ts'
import { proxyNames, serviceNames, withoutProxy, type ServiceName } from '../model/components.ts'

/** What is at the end of a connection out of the jail. */
export type Target =
  | { kind: 'port'; port: PortName }
  /** The control plane's own Prometheus, so that what is asked there is seen as it is in the console. */
  | { kind: 'prometheus' }
  /** Where the shell says which command has ended. */
  | { kind: 'reports' }
  /** Commands about the shop's processes, which run on its side. */
  | { kind: 'operator' }
  /** The API server of the cluster that has the shop. */
  | { kind: 'kubernetes' }

/** A name in the jail, with the ports at which something listens there. */
export interface Place {
  name: string
  /** On the jail's own loopback; each name has its own, so that each has its usual port. */
  address: string
  ports: { port: number; target: string }[]
}

const http = 80
/** At their usual ports, and an exporter's metrics beside what it measures. */
const usualPorts: Record<string, Record<number, PortName>> = {
  postgres: { 5432: 'postgres', 9187: 'postgresExporter' },
  redis: { 6379: 'redis', 9121: 'redisExporter' },
  rabbitmq: { 5672: 'amqp', 15672: 'rabbitmqManagement', 15692: 'rabbitmqMetrics' },
  alertmanager: { 9093: 'alertmanager' },
  'node-exporter': { 9100: 'nodeExporter' },
  restored: { 5432: 'restored' },
}

/** At which ports of the loopback the jail finds what is not a place of the shop. */
const ownPorts = { reports: 9, operator: 10 } as const

/** What a target's name stands for; none but these can be reached out of the jail. */
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

/** Every name in the jail. The control plane is at `localhost`, at the port that it has outside; the API server only where the shop is in a cluster. */
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

/** As the forwarder in the jail reads it. */
export const forwardMap = (all: readonly Place[]): string =>
  all.flatMap(({ address, ports }) => ports.map(({ port, target }) => `${address} ${port} ${target}\n`)).join('')
