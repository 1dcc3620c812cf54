import { statSync } from 'node:fs'
import { proxyOf, type ServiceName } from '../../model/components.ts'
import { configDir, type RangeContext } from '../context.ts'

/** Where the configuration of a service's proxy is. */
export const meshDir = (context: RangeContext, service: ServiceName): string => configDir(context, proxyOf(service))

/** The group that a proxy's folder was opened to, as which the proxy runs; null where it runs as its owner does. */
export function groupOf(folder: string): number | null {
  const gid = statSync(folder, { throwIfNoEntry: false })?.gid
  return gid === undefined || gid === process.getgid?.() ? null : gid
}
