import { z } from 'zod'
import { componentName, componentStatus, serviceName } from '../../../model/components.ts'
import { FiredrillError } from '../../../model/errors.ts'
import { cacheFault, edgeFault, identityFaults, meshEdge } from '../../../model/mesh.ts'
import { manifestKinds, type Range } from '../../../model/range.ts'
import {
  accessPolicy,
  autoscaler,
  backupStatus,
  baseBackup,
  canary,
  clockReading,
  clusterEvent,
  clusterService,
  deployment,
  disruptionBudget,
  flagChange,
  meshIdentity,
  meshRevision,
  podStatus,
  restoredServer,
  rollout,
} from '../../../model/range/schemas.ts'
import { machineSchema, type Machine } from '../../machine.ts'

type Call = (...args: never[]) => Promise<unknown>
/** One method as another host may call it: its arguments and its answer. */
interface Signature<Method extends Call> {
  args: z.ZodType<Parameters<Method>>
  result: z.ZodType<Awaited<ReturnType<Method>>>
}
type Signatures<Port> = { readonly [Name in keyof Port]: Port[Name] extends Call ? Signature<Port[Name]> : never }

/** The methods of a port that run where the shop is. */
interface Ports {
  processes: Range['processes']
  releases: Omit<Range['releases'], 'list' | 'baseline'>
  config: Range['config']
  flags: Omit<NonNullable<Range['flags']>, 'baseline'>
  queue: Pick<Range['queue'], 'bindings' | 'policies' | 'setPolicy' | 'removePolicy' | 'memory' | 'limitMemory'>
  jobs: Range['jobs']
  backups: NonNullable<Range['backups']>
  cluster: NonNullable<Range['cluster']>
  mesh: Omit<Range['mesh'], 'baseline' | 'check'>
  /** Methods of the machine itself. */
  host: {
    status: Range['status']
    /** Milliseconds since the epoch. */
    time(): Promise<number>
    /** Null if it was not measured. */
    machine(): Promise<Machine | null>
  }
}

/** The implementation on the shop's side; `cluster` is null on a host of its own, and a cluster has no backups and no flags. */
type ShopSide = Pick<Range, 'status' | 'cluster'> &
  Omit<Ports, 'host' | 'cluster' | 'backups' | 'flags'> &
  Partial<Pick<Range, 'backups' | 'flags'>> &
  Partial<Pick<Ports['host'], 'machine'>>
/** The same methods, as another host calls them. */
export type ShopStub = { readonly [Port in keyof Ports]: Ports[Port] }

const text = z.string()
const count = z.number().int()
const texts = z.array(text)
const settings = z.record(text, text)
const nothing = z.unknown().transform((): void => {})
const service = z.tuple([serviceName])
const component = z.tuple([componentName])
const none = z.tuple([])
/** JSON has no `undefined`: an omitted argument before others is sent as null. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional()

const binding = z.object({ exchange: text, queue: text, key: text })
const policy = z.object({ name: text, pattern: text, definition: z.record(text, z.union([text, z.number()])) })
const memory = z.object({ limitBytes: z.number(), usualLimitBytes: z.number(), usedBytes: z.number(), alarms: texts })
const manifestRef = z.object({ kind: z.enum(manifestKinds), name: componentName })
const manifestEdit = manifestRef.extend({ patch: z.record(text, z.unknown()) })

const done = (args: typeof component) => ({ args, result: nothing })

/**
 * Everything that another host may call on the shop's host, by port and name. Both ends are made from this table: the caller's (`shopStub`) and the
 * callee's (`shopAnswers`). Methods that are not in it, and arguments of other types, are refused.
 */
export const shopMethods = {
  host: {
    status: { args: z.tuple([optional(z.object({ readiness: z.boolean() }))]), result: z.array(componentStatus) },
    time: { args: none, result: z.number() },
    machine: { args: none, result: machineSchema.nullable() },
  },
  processes: {
    start: done(component),
    stop: done(component),
    restart: done(component),
    signal: { args: z.tuple([componentName, z.enum(['SIGKILL', 'SIGSTOP', 'SIGCONT'])]), result: nothing },
    descriptors: { args: component, result: z.object({ limit: z.number(), most: z.number(), open: z.number() }).nullable() },
    limitDescriptors: { args: z.tuple([componentName, count.nullable()]), result: nothing },
    clocks: { args: none, result: z.array(clockReading) },
    setClock: { args: z.tuple([serviceName, count]), result: nothing },
  },
  releases: {
    current: { args: service, result: text },
    deploy: { args: z.tuple([serviceName, text, text]), result: deployment },
    history: { args: none, result: z.array(deployment) },
    canary: { args: none, result: canary.nullable() },
    setCanary: { args: z.tuple([canary.nullable(), text]), result: nothing },
  },
  config: {
    get: { args: service, result: settings },
    set: { args: z.tuple([serviceName, settings, text, settings.nullish()]), result: nothing },
  },
  flags: {
    read: { args: none, result: text },
    apply: { args: z.tuple([text, text, text.nullish()]), result: z.array(flagChange) },
    history: { args: none, result: z.array(flagChange) },
    reset: { args: none, result: nothing },
  },
  queue: {
    bindings: { args: none, result: z.array(binding) },
    policies: { args: none, result: z.array(policy) },
    setPolicy: { args: z.tuple([policy]), result: nothing },
    removePolicy: { args: z.tuple([text]), result: nothing },
    memory: { args: none, result: memory },
    limitMemory: { args: z.tuple([z.number().nullable()]), result: nothing },
  },
  jobs: {
    start: { args: z.tuple([text, settings, optional(z.enum(['shop', 'watch']))]), result: text },
    stop: { args: z.tuple([text]), result: nothing },
    running: { args: none, result: texts },
  },
  backups: {
    status: { args: none, result: backupStatus },
    archive: { args: none, result: nothing },
    make: { args: z.tuple([optional(z.object({ check: z.boolean() }))]), result: baseBackup },
    damage: { args: z.tuple([text]), result: nothing },
    restore: { args: z.tuple([text, optional(text)]), result: restoredServer },
    query: { args: z.tuple([text, optional(z.array(z.unknown()))]), result: z.array(z.record(text, z.unknown())) },
    drop: { args: none, result: nothing },
    remove: { args: none, result: nothing },
  },
  cluster: {
    pods: {
      args: none,
      result: z.array(podStatus),
    },
    services: { args: none, result: z.array(clusterService) },
    rollouts: {
      args: none,
      result: z.array(rollout),
    },
    events: { args: none, result: z.array(clusterEvent) },
    autoscalers: {
      args: none,
      result: z.array(autoscaler),
    },
    networkPolicies: { args: none, result: z.array(accessPolicy) },
    enforcesPolicies: { args: none, result: z.boolean() },
    budgets: { args: none, result: z.array(disruptionBudget) },
    describe: { args: component, result: z.array(z.object({ field: text, value: text })) },
    edits: { args: none, result: z.array(manifestEdit) },
    edit: { args: z.tuple([manifestEdit]), result: nothing },
    sync: { args: z.tuple([manifestRef]), result: nothing },
    handmade: { args: none, result: texts },
    undoHandmade: { args: none, result: nothing },
    quota: { args: none, result: count.nullable() },
    setQuota: { args: z.tuple([count.nullable()]), result: nothing },
    deletePods: { args: service, result: nothing },
    rotated: { args: none, result: z.array(serviceName) },
    rotateCredential: { args: service, result: nothing },
    restoreCredential: { args: service, result: nothing },
  },
  mesh: {
    policy: { args: none, result: text },
    history: { args: none, result: z.array(meshRevision) },
    apply: { args: z.tuple([text, text, text.nullish()]), result: meshRevision },
    reset: { args: none, result: nothing },
    instance: { args: service, result: text },
    faultOn: { args: z.tuple([meshEdge]), result: edgeFault.nullable() },
    faults: { args: none, result: z.array(meshEdge.extend({ fault: edgeFault })) },
    setFault: { args: z.tuple([meshEdge, edgeFault.nullable()]), result: nothing },
    cacheFault: { args: none, result: cacheFault.nullable() },
    setCacheFault: { args: z.tuple([cacheFault.nullable()]), result: nothing },
    identities: { args: none, result: z.array(meshIdentity) },
    rotateDue: { args: none, result: nothing },
    issueIdentity: { args: z.tuple([serviceName, optional(z.enum(identityFaults))]), result: meshIdentity },
  },
} as const satisfies { readonly [Port in keyof Ports]: Signatures<Ports[Port]> }

/** The name of a call: methods of the host without a prefix, all others with their port. */
const nameOf = (port: string, name: string): string => (port === 'host' ? name : `${port}.${name}`)

interface Known {
  port: keyof Ports
  name: string
  args: z.ZodType<readonly unknown[]>
  result: z.ZodType
}
const known: ReadonlyMap<string, Known> = new Map(
  Object.entries(shopMethods).flatMap(([port, methods]) =>
    // Safe: the keys of the table.
    Object.entries(methods).map(([name, signature]) => [nameOf(port, name), { port: port as keyof Ports, name, ...signature }] as const),
  ),
)

/** What is invalid in a value, and where. */
const problem = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message)).join('; ')

/** Calls another host: throws the error in its answer, or why it does not answer. */
export type Ask = (method: string, args: readonly unknown[], timeoutMs?: number) => Promise<unknown>

/** Calls a method, and validates the answer. Throws `component-failed` if it does not match the method's schema. */
async function asked(
  ask: Ask,
  method: string,
  { result }: Pick<Known, 'result'>,
  args: readonly unknown[],
  timeoutMs?: number,
): Promise<unknown> {
  // JSON would turn it into null.
  const given = args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1)
  const answer = result.safeParse(await ask(method, given, timeoutMs))
  if (!answer.success)
    throw new FiredrillError('component-failed', `the shop's host answered ${method} with something else: ${problem(answer.error)}`)
  return answer.data
}

/** A client for the shop's host, by the methods of its ports. */
export function shopStub(ask: Ask, timeoutsMs: { status?: number } = {}): ShopStub {
  const ports: Record<string, Record<string, unknown>> = {}
  for (const [method, { port, name, result }] of known) {
    const timeoutMs = method === 'status' ? timeoutsMs.status : undefined
    ;(ports[port] ??= {})[name] = (...args: unknown[]) => asked(ask, method, { result }, args, timeoutMs)
  }
  // Safe: made from the table, which has every method of each port.
  return ports as unknown as ShopStub
}

/**
 * The shop's side: executes a call by name. Throws `not-found` for an unknown method or one that is not available here, `bad-request` for arguments
 * of other types.
 */
export function shopAnswers(shop: ShopSide): (method: string, args: readonly unknown[]) => Promise<unknown> {
  const { status, machine } = shop
  const ports = { ...shop, host: { status, machine, time: async () => Date.now() } } as unknown as Record<
    string,
    Record<string, ((...args: readonly unknown[]) => Promise<unknown>) | undefined> | null
  >
  return async (method, args) => {
    const wanted = known.get(method)
    const call = wanted && ports[wanted.port]?.[wanted.name]
    if (!wanted || !call) throw new FiredrillError('not-found', `the agent of the shop's host does not know ${method}`)
    const given = wanted.args.safeParse(args)
    if (!given.success) throw new FiredrillError('bad-request', `${method} cannot be called with that: ${problem(given.error)}`)
    return (await call(...given.data)) ?? null
  }
}
