import { statSync } from 'node:fs'
import path from 'node:path'
import { proxyOf, type ServiceName } from '../../model/components.ts'
import { configDir, type RangeContext } from '../context.ts'
import { shopGroup } from '../users.ts'
import { writeWhole } from '../whole-file.ts'

/** Where the configuration of a service's proxy is. */
export const meshDir = (context: RangeContext, service: ServiceName): string => configDir(context, proxyOf(service))

/** Puts a file into a proxy's folder, as a whole: for the shop's own group too, where the folder was opened to it, and the proxy runs as the shop's user. */
export function putForProxy(folder: string, name: string, text: string): void {
  const shop = shopGroup()
  const isOpen = shop !== null && statSync(folder, { throwIfNoEntry: false })?.gid === shop
  writeWhole(path.join(folder, name), text, isOpen ? { group: shop } : {})
}
