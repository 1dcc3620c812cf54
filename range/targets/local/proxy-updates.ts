import { z } from 'zod'
import { proxyOf, type ServiceName } from '../../../model/components.ts'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import { checked } from '../../../model/outside.ts'
import { until } from '../../../model/until.ts'
import type { RangeContext } from '../../context.ts'
import { adminPort } from '../../mesh/edges.ts'
import type { ConfigFile, ProxyConfig } from '../../mesh/envoy/proxy.ts'
import { runtimeContent, runtimeFile, runtimeValues } from '../../mesh/envoy/runtime.ts'
import { write, writtenClusters } from '../../mesh/files.ts'
import { liveness } from './identity.ts'
import type { LocalTarget } from './target.ts'

/** A proxy reloads a replaced file within some milliseconds. */
const inForceMs = 5_000

/**
 * Replaces a proxy's files in an order in which no request sees half of a change: first destinations, then routes to them, then what is no longer
 * used is removed. Resolves when the proxy has applied them; throws if it refuses one.
 */
export async function updateProxy(target: LocalTarget, service: ServiceName, { clusters, listeners, routes }: ProxyConfig): Promise<void> {
  const { context, state } = target
  const record = state.run(proxyOf(service))
  const runs = record !== null && liveness(record) === 'running'
  // A stopped proxy reads its files when it is started.
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
  } else {
    await put([clusters])
  }
  await put([listeners, ...routes])
  await put([clusters])
}

/** The part of Envoy's `/runtime` that is used. */
const runtimeAnswer = z.object({ entries: z.record(z.string(), z.object({ final_value: z.string() })).default({}) })

/** Sets the runtime's switches, and waits until the proxy has applied them. */
export async function switchRuntime({ context, state }: LocalTarget, service: ServiceName): Promise<void> {
  write(context, service, { file: runtimeFile, content: runtimeContent(context.mesh()) })
  const record = state.run(proxyOf(service))
  if (record === null || liveness(record) !== 'running') return
  const wanted = Object.entries(runtimeValues(context.mesh()))
  const url = `http://127.0.0.1:${context.port(adminPort(service))}/runtime`
  const isInForce = async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    const { entries } = checked(runtimeAnswer, await response.json(), `the runtime of the proxy of ${service}`)
    return wanted.every(([key, value]) => Number(entries[key]?.final_value) === value)
  }
  // With any other answer, or none, it has not applied them yet.
  await until(`the proxy of ${service} to take up its runtime`, inForceMs, isInForce, { everyMs: 20, retries: () => true })
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

/** Waits until the proxy reports these versions; throws if it refuses one. */
async function inForce(context: RangeContext, service: ServiceName, files: readonly ConfigFile[], before: Readouts): Promise<void> {
  const names = files.map(({ file }) => file).join(', ')
  const isInForce = async () => {
    const now = await readouts(context, service)
    if (now && files.every(({ readout, version }) => now.versions.get(readout) === version)) return true
    if (now && now.rejected > before.rejected)
      throw new FiredrillError('component-failed', `the proxy of ${service} refuses ${names}: ${await reasonOf(context, service)}`)
    return false
  }
  await until(`the proxy of ${service} to take up ${names}`, inForceMs, isInForce, 20)
}

async function reasonOf(context: RangeContext, service: ServiceName): Promise<string> {
  try {
    const response = await fetch(`http://127.0.0.1:${context.port(adminPort(service))}/config_dump`, { signal: AbortSignal.timeout(5_000) })
    return /"error_state":[^]*?"details": "((?:[^"\\]|\\.)*)"/.exec(await response.text())?.[1] ?? 'see its log'
  } catch (error) {
    return describeError(error)
  }
}
