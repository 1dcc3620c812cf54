import { z } from 'zod'

/** The shop's own services: the only components that have releases. */
export const serviceNames = ['gateway', 'catalog', 'inventory', 'orders', 'payments', 'fulfilment'] as const
export const serviceName = z.enum(serviceNames)
export type ServiceName = z.infer<typeof serviceName>

/** Stateful dependencies of the shop. */
export const datastoreNames = ['postgres', 'redis', 'rabbitmq'] as const
export type DatastoreName = (typeof datastoreNames)[number]

/** The sidecar of each service: all its inbound and outbound calls go through it. */
export const proxyNames = [
  'gateway-proxy',
  'catalog-proxy',
  'inventory-proxy',
  'orders-proxy',
  'payments-proxy',
  'fulfilment-proxy',
] as const
export type ProxyName = (typeof proxyNames)[number]
const proxySuffix = '-proxy'
/** The proxy of a service: `orders-proxy` of `orders`. */
export const proxyOf = (service: ServiceName): ProxyName => `${service}${proxySuffix}`
/** Whether a name is that of a proxy, as its telemetry names it. */
export const isProxy = (name: string): boolean => name.endsWith(proxySuffix)
/** The service of a proxy or a service: `orders` for `orders-proxy` and for `orders`. */
export const withoutProxy = (name: string): string => (isProxy(name) ? name.slice(0, -proxySuffix.length) : name)

/** Services that can have a canary: those that are called through the mesh. */
export const canaryServices = ['catalog', 'inventory', 'orders', 'payments'] as const satisfies readonly ServiceName[]
export type CanaryService = (typeof canaryServices)[number]

export const componentNames = [
  ...serviceNames,
  /** A second instance of one of these services, while there is one. */
  'canary',
  ...datastoreNames,
  ...proxyNames,
  'prometheus',
  'alertmanager',
  'telemetry-store',
  'postgres-exporter',
  'redis-exporter',
  'node-exporter',
  'locust',
  'control',
  'reaper',
  'supervisor',
  'agent',
] as const
export const componentName = z.enum(componentNames)
export type ComponentName = z.infer<typeof componentName>

/** What a responder may operate; the rest of the range belongs to the training system. */
export const shopComponentNames = [...serviceNames, ...datastoreNames] as const
export const shopComponentName = z.enum(shopComponentNames)
export type ShopComponentName = z.infer<typeof shopComponentName>

/** Components that drills need but are not about: those that exit unexpectedly are restarted. */
export const supervisedNames: readonly ComponentName[] = componentNames.filter(
  (name) => name !== 'canary' && name !== 'supervisor' && !shopComponentName.options.some((known) => known === name),
)

const componentStates = ['stopped', 'starting', 'running', 'suspended', 'exited'] as const

export const componentStatus = z.object({
  name: componentName,
  /** `exited`: the process exited unexpectedly. `suspended`: a signal stopped it. */
  state: z.enum(componentStates),
  /** Whether a readiness check over a new connection has just passed. */
  healthy: z.boolean(),
  pid: z.number().int().nullable(),
  ports: z.record(z.string(), z.number().int()),
  /** Proportional set size of the process group, in bytes; null when not running. */
  memoryBytes: z.number().nullable(),
  /** Why it is not healthy, for people to read. */
  detail: z.string().optional(),
  /** Deployed release, for services. */
  version: z.string().optional(),
  /** The service whose canary it is. */
  canaryOf: serviceName.optional(),
})
export type ComponentStatus = z.infer<typeof componentStatus>

/** Whether a name is that of one of the shop's services. */
export const isService = (name: string): name is ServiceName => (serviceNames as readonly string[]).includes(name)
