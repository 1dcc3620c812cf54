import { statSync } from 'node:fs'
import { proxyOf, type ServiceName } from '../../model/components.ts'
import { configDir, type RangeContext } from '../context.ts'
import { shopGroup } from '../users.ts'

/** Where the configuration of a service's proxy is. */
export const meshDir = (context: RangeContext, service: ServiceName): string => configDir(context, proxyOf(service))

/** The shop's own group, where a proxy's folder was opened to it; null where the proxy runs as the folder's owner does. */
export function groupOf(folder: string): number | null {
  const shop = shopGroup()
  return shop !== null && statSync(folder, { throwIfNoEntry: false })?.gid === shop ? shop : null
}
