import { z } from 'zod'

/** The shop's own services: the only components that have releases. */
export const serviceNames = ['gateway', 'catalog', 'inventory', 'orders', 'payments', 'fulfilment'] as const
export const serviceName = z.enum(serviceNames)
export type ServiceName = z.infer<typeof serviceName>

/** Stateful dependencies of the shop. */
export const datastoreNames = ['postgres', 'redis', 'rabbitmq'] as const
export type DatastoreName = (typeof datastoreNames)[number]

/** The sidecar of each service: all that it calls and all who call it go through. */
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
/** Whether a name is that of a proxy, as its telemetry has it. */
export const isProxy = (name: string): boolean => name.endsWith(proxySuffix)
/** `orders` of `orders-proxy`, and of `orders`. */
export const withoutProxy = (name: string): string => (isProxy(name) ? name.slice(0, -proxySuffix.length) : name)

/** Services of which another release can run beside the one for all: those that are called through the mesh. */
export const canaryServices = ['catalog', 'inventory', 'orders', 'payments'] as const satisfies readonly ServiceName[]
export type CanaryService = (typeof canaryServices)[number]

export const componentNames = [
  ...serviceNames,
  /** A second instance of one of them, while there is one. */
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

/** What a responder may operate on; the rest of the range belongs to the training system. */
export const shopComponentNames = [...serviceNames, ...datastoreNames] as const
export const shopComponentName = z.enum(shopComponentNames)
export type ShopComponentName = z.infer<typeof shopComponentName>

/** What drills need and are not about: whatever of it ends without being asked to is started again. */
export const supervisedNames: readonly ComponentName[] = componentNames.filter(
  (name) => name !== 'canary' && name !== 'supervisor' && !shopComponentName.options.some((known) => known === name),
)

const componentStates = ['stopped', 'starting', 'running', 'suspended', 'exited'] as const

export const componentStatus = z.object({
  name: componentName,
  /** `exited` is a process that ended without being asked to; `suspended` one that is stopped by a signal. */
  state: z.enum(componentStates),
  /** A readiness check over a new connection passed just now. */
  healthy: z.boolean(),
  pid: z.number().int().nullable(),
  ports: z.record(z.string(), z.number().int()),
  /** Proportional set size of the process group, in bytes; null when not running. */
  memoryBytes: z.number().nullable(),
  /** Why it is not healthy, for people. */
  detail: z.string().optional(),
  /** Deployed release, for services. */
  version: z.string().optional(),
  /** The service whose canary it is. */
  canaryOf: serviceName.optional(),
})
export type ComponentStatus = z.infer<typeof componentStatus>

/** Whether a name is that of one of the shop's services. */
export const isService = (name: string): name is ServiceName => (serviceNames as readonly string[]).includes(name)
