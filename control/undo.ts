import { z } from 'zod'
import { serviceName } from '../model/components.ts'
import { readAddress } from '../drills/replica.ts'
import type { Range } from '../model/range.ts'
import { ownValue } from '../model/own.ts'

/** An action that undoes another one. */
export interface Undo {
  action: string
  params: Record<string, string | number>
  /** What it does, for a label: `deploy inventory 1.5.0 again`. */
  what: string
}

const releaseOf = async (range: Range, params: unknown): Promise<Undo | null> => {
  const asked = z.object({ service: serviceName }).safeParse(params)
  if (!asked.success) return null
  const { service } = asked.data
  const version = await range.releases.current(service)
  return { action: 'deploy', params: { service, version }, what: `deploy ${service} ${version} again` }
}
const settingOf = async (range: Range, params: unknown): Promise<Undo | null> => {
  const asked = z.object({ service: serviceName, key: z.string() }).safeParse(params)
  if (!asked.success) return null
  const { service, key } = asked.data
  const value = ownValue(await range.config.get(service), key) ?? ''
  return { action: 'change-setting', params: { service, key, value }, what: `set ${key} of ${service} back to ${value || 'its default'}` }
}
const rateOf = async (range: Range): Promise<Undo> => {
  const requestsPerSecond = Number((await range.config.get('gateway'))['RATE_LIMIT_RPS'] ?? 0)
  const what = requestsPerSecond === 0 ? 'lift the limit' : `limit the gateway to ${requestsPerSecond} requests a second again`
  return { action: 'limit-rate', params: { requestsPerSecond }, what }
}
const sizeOf = async (range: Range, params: unknown): Promise<Undo | null> => {
  const asked = z.object({ volume: z.string() }).safeParse(params)
  const volume = (await range.volumes?.list())?.find(({ name }) => name === asked.data?.volume)
  if (!volume) return null
  const megabytes = Math.round(volume.sizeBytes / 1_024 / 1_024)
  return { action: 'extend-volume', params: { volume: volume.name, megabytes }, what: `give ${volume.name} ${megabytes} MiB again` }
}
const readsOf = async (range: Range): Promise<Undo> => {
  const server = (await readAddress(range)) === null ? 'primary' : 'replica'
  return { action: 'direct-reads', params: { server }, what: `let catalog read from the ${server} again` }
}
const flagOf = async (range: Range): Promise<Undo | null> => {
  const json = await range.flags?.read()
  return json === undefined ? null : { action: 'apply-flags', params: { json }, what: 'set the feature flags as they were' }
}
const policyOf = async (range: Range): Promise<Undo | null> => {
  const revision = (await range.mesh.history()).at(-1)?.revision
  return revision === undefined
    ? null
    : { action: 'roll-back-mesh-policy', params: { revision }, what: `activate revision ${revision} of the mesh policy again` }
}

/** Actions that can be undone. Those that restart, stop or discard something cannot. */
const undoes: Readonly<Record<string, (range: Range, params: unknown) => Promise<Undo | null>>> = {
  deploy: releaseOf,
  'roll-back': releaseOf,
  'change-setting': settingOf,
  'direct-reads': readsOf,
  'limit-rate': rateOf,
  'set-flag': flagOf,
  'apply-flags': flagOf,
  'extend-volume': sizeOf,
  'set-mesh-timeout': policyOf,
  'set-mesh-retries': policyOf,
  'apply-mesh-policy': policyOf,
  'roll-back-mesh-policy': policyOf,
}

/** How to undo an action, read before it runs; null if that is not possible. If the state cannot be read, the action runs all the same. */
export const undoOf = async (range: Range, action: string, params: unknown): Promise<Undo | null> =>
  (await ownValue(undoes, action)?.(range, params).catch(() => null)) ?? null
