import { proxyOf, serviceNames, type ServiceName } from '../../../model/components.ts'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import type { MeshRevision } from '../../../model/mesh.ts'
import type { Range } from '../../../model/range.ts'
import type { MeshState, RangeContext } from '../../context.ts'
import { adminPort, httpEdges } from '../../mesh/edges.ts'
import type { ConfigFile, ProxyConfig } from '../../mesh/envoy/proxy.ts'
import { hasRuntime, runtimeContent, runtimeFile, runtimeValues } from '../../mesh/envoy/runtime.ts'
import { baselinePolicy, instanceOf, proxyFiles, write, writtenClusters } from '../../mesh/files.ts'
import { identityOf, isDue, issueIdentity } from '../../mesh/identity.ts'
import { parseResources } from '../../mesh/resources.ts'
import { liveness } from './identity.ts'
import type { LocalTarget } from './target.ts'

/** A proxy takes up a file that was moved into place within some milliseconds. */
const inForceMs = 5_000

/** The mesh of this machine: each proxy's files, moved into place in an order in which no request meets half of a change. */
export function localMesh(target: LocalTarget): Range['mesh'] {
  const { context, state } = target
  /** One change at a time. */
  let queue: Promise<unknown> = Promise.resolve()
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const done = queue.then(work, work)
    queue = done.catch(() => {})
    return done
  }
  const push = (only?: readonly ServiceName[]) =>
    Promise.all((only ?? serviceNames).map((service) => pushTo(target, service, proxyFiles(context, service))))

  /** Whether every proxy could be told so, without telling any. */
  const translatable = (changes: Partial<MeshState>) => {
    const proposed: RangeContext = { ...context, mesh: () => ({ ...context.mesh(), ...changes }) }
    for (const service of serviceNames) proxyFiles(proposed, service)
  }

  return {
    policy: async () => context.mesh().policy,
    baseline: () => baselinePolicy(context.root),
    history: async () => [{ revision: 0, at: '', by: 'firedrill', yaml: baselinePolicy(context.root) }, ...state.meshRevisions()],
    check: (yaml) => {
      checkSubsets(yaml)
      translatable({ policy: yaml })
    },
    apply: (yaml, by) =>
      inTurn(async () => {
        checkSubsets(yaml)
        translatable({ policy: yaml })
        const before = context.mesh().policy
        const last = state.meshRevisions().at(-1)?.revision ?? 0
        const record = (text: string, author: string, revision: number): MeshRevision => {
          const made = { revision, at: new Date().toISOString(), by: author, yaml: text }
          state.recordMeshRevision(made)
          return made
        }
        if (yaml === before) return state.meshRevisions().at(-1) ?? { revision: 0, at: '', by: 'firedrill', yaml }
        const revision = record(yaml, by, last + 1)
        try {
          await push()
        } catch (error) {
          record(before, 'firedrill', last + 2)
          await push().catch(() => {})
          throw error
        }
        return revision
      }),

    reset: () =>
      inTurn(async () => {
        if (state.meshRevisions().length === 0) return
        state.forgetMeshRevisions()
        await push()
      }),

    instance: async (service) => instanceOf(context, service),
    faults: async () => state.meshFaults(),
    faultOn: async ({ from, to }) => state.meshFaults().find((known) => known.from === from && known.to === to)?.fault ?? null,
    setFault: ({ from, to }, fault) =>
      inTurn(async () => {
        if (!httpEdges.some((edge) => edge.from === from && edge.to === to)) {
          const known = httpEdges.map((edge) => `${edge.from} → ${edge.to}`).join(', ')
          throw new FiredrillError('bad-request', `${from} does not call ${to}: choose ${known}`)
        }
        const others = state.meshFaults().filter((known) => known.from !== from || known.to !== to)
        state.setMeshFaults(fault === null ? others : [...others, { from, to, fault }])
        await push([to])
      }),

    cacheFault: async () => state.cacheFault(),
    setCacheFault: (fault) =>
      inTurn(async () => {
        state.setCacheFault(fault)
        await Promise.all(serviceNames.filter(hasRuntime).map((service) => switchRuntime(target, service)))
      }),

    identities: async () =>
      (await Promise.all(serviceNames.map((service) => identityOf(context, service)))).filter((identity) => identity !== null),
    rotateDue: async () => {
      for (const service of serviceNames) {
        const identity = await identityOf(context, service)
        // Renewing takes a certificate that is still accepted.
        if (identity?.verified && isDue(identity)) await inTurn(() => issueIdentity(context, service))
      }
    },
    issueIdentity: (service, fault) =>
      inTurn(async () => {
        const identity = await issueIdentity(context, service, fault)
        state.setIdentityGeneration(service, (state.identityGenerations()[service] ?? 0) + 1)
        await push()
        return identity
      }),
  }
}

/** Tells every proxy what has changed beside the policy: which release runs. */
export async function refreshMesh(target: LocalTarget): Promise<void> {
  await Promise.all(serviceNames.map((service) => pushTo(target, service, proxyFiles(target.context, service))))
}

/** A route to a subset that no rule defines would lead nowhere. */
function checkSubsets(yaml: string): void {
  const resources = parseResources(yaml)
  const defined = new Set(
    resources.flatMap((resource) =>
      resource.kind === 'DestinationRule' ? (resource.spec.subsets ?? []).map(({ name }) => `${resource.spec.host}|${name}`) : [],
    ),
  )
  for (const resource of resources) {
    if (resource.kind !== 'VirtualService') continue
    for (const { route } of resource.spec.http) {
      const weights = route.map(({ weight }) => weight ?? 0)
      if (route.length > 1 && weights.every((weight) => weight === 0)) {
        throw new FiredrillError('bad-request', `VirtualService ${resource.metadata.name}: the weights of its destinations are all 0`)
      }
      for (const { destination } of route) {
        if (destination.subset !== undefined && !defined.has(`${destination.host}|${destination.subset}`)) {
          const what = `VirtualService ${resource.metadata.name}: no DestinationRule of ${destination.host} defines the subset '${destination.subset}'`
          throw new FiredrillError('bad-request', what)
        }
      }
    }
  }
}

/** Destinations first, then who leads to them, then what nobody leads to any more goes. */
async function pushTo(target: LocalTarget, service: ServiceName, { clusters, listeners, routes }: ProxyConfig): Promise<void> {
  const { context, state } = target
  const record = state.run(proxyOf(service))
  const runs = record !== null && liveness(record) === 'running'
  // One that does not run reads its files when it is started.
  const put = async (files: ConfigFile[]) => {
    const rejectedBefore = runs ? await readouts(context, service) : null
    const changed = files.filter((file) => write(context, service, file))
    if (rejectedBefore && changed.length > 0) await inForce(context, service, changed, rejectedBefore)
  }
  if (!runs) {
    for (const file of [clusters, listeners, ...routes]) write(context, service, file)
    return
  }
  const names = new Set((clusters.content['resources'] as { name: string }[]).map(({ name }) => name))
  const leaving = writtenClusters(context, service).filter((cluster) => !names.has(String(cluster['name'])))
  if (leaving.length > 0) {
    const version = `${clusters.version}+${leaving.length}`
    const resources = [...(clusters.content['resources'] as unknown[]), ...leaving]
    await put([{ ...clusters, version, content: { version_info: version, resources } }])
    await put([listeners, ...routes])
  } else {
    await put([clusters])
    await put([listeners, ...routes])
  }
  await put([clusters])
}

/** Switches what the runtime switches, and waits until the proxy has it. */
async function switchRuntime({ context, state }: LocalTarget, service: ServiceName): Promise<void> {
  write(context, service, { file: runtimeFile, content: runtimeContent(context.mesh()) })
  const record = state.run(proxyOf(service))
  if (record === null || liveness(record) !== 'running') return
  const wanted = Object.entries(runtimeValues(context.mesh()))
  const giveUpAt = Date.now() + inForceMs
  for (;;) {
    const url = `http://127.0.0.1:${context.port(adminPort(service))}/runtime`
    const found = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      // Safe: Envoy's own answer; a key that is missing is not the value that is wanted.
      async (response) => ((await response.json()) as { entries?: Record<string, { final_value: string }> }).entries ?? {},
      () => ({}) as Record<string, { final_value: string }>,
    )
    if (wanted.every(([key, value]) => Number(found[key]?.final_value) === value)) return
    if (Date.now() > giveUpAt)
      throw new FiredrillError('timed-out', `the proxy of ${service} has not taken up its runtime within ${inForceMs / 1_000} s`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

interface Readouts {
  versions: Map<string, string>
  rejected: number
}

async function readouts(context: RangeContext, service: ServiceName): Promise<Readouts | null> {
  const url = `http://127.0.0.1:${context.port(adminPort(service))}/stats?filter=(version_text|update_rejected)$`
  const text = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.text(),
    () => null,
  )
  if (text === null) return null
  const pairs = [...text.matchAll(/^(\S+): "?([^"\n]*)"?$/gm)].map(([, name = '', value = '']) => [name, value] as const)
  return {
    versions: new Map(pairs.filter(([name]) => name.endsWith('version_text'))),
    rejected: pairs.filter(([name]) => name.endsWith('update_rejected')).reduce((sum, [, value]) => sum + Number(value), 0),
  }
}

/** Waits until the proxy says that it runs these versions; throws when it refuses one. */
async function inForce(context: RangeContext, service: ServiceName, files: readonly ConfigFile[], before: Readouts): Promise<void> {
  const giveUpAt = Date.now() + inForceMs
  for (;;) {
    const now = await readouts(context, service)
    if (now && files.every(({ readout, version }) => now.versions.get(readout) === version)) return
    if (now && now.rejected > before.rejected) {
      throw new FiredrillError(
        'component-failed',
        `the proxy of ${service} refuses ${files.map(({ file }) => file).join(', ')}: ${await reasonOf(context, service)}`,
      )
    }
    if (Date.now() > giveUpAt) {
      throw new FiredrillError(
        'timed-out',
        `the proxy of ${service} has not taken up ${files.map(({ file }) => file).join(', ')} within ${inForceMs / 1_000} s`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function reasonOf(context: RangeContext, service: ServiceName): Promise<string> {
  try {
    const response = await fetch(`http://127.0.0.1:${context.port(adminPort(service))}/config_dump`, { signal: AbortSignal.timeout(5_000) })
    return /"error_state":[^]*?"details": "((?:[^"\\]|\\.)*)"/.exec(await response.text())?.[1] ?? 'see its log'
  } catch (error) {
    return describeError(error)
  }
}
