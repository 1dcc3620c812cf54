import { componentNames, proxyNames, type ComponentName } from '../model/components.ts'
import type { Component } from './component.ts'
import type { HostRole } from './context.ts'
import { agent } from './components/agent.ts'
import { alertmanager } from './components/alertmanager.ts'
import { canary } from './components/canary.ts'
import { catalog } from './components/catalog.ts'
import { control, reaper, supervisor } from './components/control.ts'
import { nodeExporter, postgresExporter, redisExporter } from './components/exporters.ts'
import { fulfilment } from './components/fulfilment.ts'
import { gateway } from './components/gateway.ts'
import { inventory } from './components/inventory.ts'
import { locust } from './components/locust.ts'
import { orders } from './components/orders.ts'
import { payments } from './components/payments.ts'
import { postgres } from './components/postgres.ts'
import { proxyComponents } from './components/proxies.ts'
import { prometheus } from './components/prometheus.ts'
import { rabbitmq } from './components/rabbitmq.ts'
import { redis } from './components/redis.ts'
import { telemetryStore } from './components/telemetry-store.ts'

/**
 * The one description of the range: ports, dependencies, health checks and scrape targets all derive from it. It is in reading order: what users meet
 * first.
 */
export const topology = {
  gateway,
  catalog,
  inventory,
  orders,
  payments,
  fulfilment,
  canary,
  postgres,
  redis,
  rabbitmq,
  ...proxyComponents,
  prometheus,
  alertmanager,
  'telemetry-store': telemetryStore,
  'postgres-exporter': postgresExporter,
  'redis-exporter': redisExporter,
  'node-exporter': nodeExporter,
  locust,
  control,
  reaper,
  supervisor,
  agent,
} as const satisfies Record<ComponentName, Component>

const everything: readonly Component[] = Object.values(topology)
/** Beside what they measure. */
const shopExporters: readonly ComponentName[] = ['postgres-exporter', 'redis-exporter', 'node-exporter']

const hostOf = ({ name, role }: Component): 'shop' | 'observability' =>
  role === 'service' || role === 'datastore' || role === 'mesh' || shopExporters.includes(name) ? 'shop' : 'observability'

/** The components that always run on a host with that role. Only if there are two does each have an agent; each has a supervisor. */
export const placedOn = (host: HostRole): readonly Component[] =>
  host === 'load'
    ? [topology.locust, topology.agent, topology.supervisor]
    : everything.filter(
        (component) =>
          component.name !== 'canary' &&
          (component.name === 'supervisor' || (component.name === 'agent' ? host !== 'all' : host === 'all' || hostOf(component) === host)),
      )

/** Our own programs that run on a host with that role, relative to the checkout. */
export const programsOn = (host: HostRole): string[] => placedOn(host).flatMap(({ program }) => program ?? [])

/** Whether a host with that role serves the console. */
export const hasConsole = (host: HostRole): boolean => placedOn(host).some(({ name }) => name === 'control')

/** Components that run temporarily on a host with that role. */
export const placedForAWhileOn = (host: HostRole): readonly Component[] =>
  host === 'observability' || host === 'load' ? [] : [topology.canary]

/** The components of a range, on whatever host. */
export const components: readonly Component[] = placedOn('all')

const stopsFirst: ComponentName[][] = [['supervisor'], ['reaper'], ['control', 'locust', 'agent']]
const stopsLast: ComponentName[][] = [
  ['canary', 'orders', 'catalog', 'payments'],
  ['fulfilment', 'inventory'],
  [...proxyNames],
  ['rabbitmq', 'redis', 'postgres', 'telemetry-store'],
]
const placedInOrder = new Set([...stopsFirst, ...stopsLast].flat())

/**
 * Groups that are stopped one after another: what injects and restores, components without a place of their own (the gateway, and most of the
 * monitoring), the shop, its stores.
 */
export const stopOrder: readonly (readonly ComponentName[])[] = [
  ...stopsFirst,
  componentNames.filter((name) => !placedInOrder.has(name)),
  ...stopsLast,
]
