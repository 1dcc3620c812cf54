import { statSync } from 'node:fs'
import path from 'node:path'
import { proxyOf, type ServiceName } from '../../model/components.ts'
import { configDir, type RangeContext } from '../context.ts'
import { shopGroup } from '../users.ts'
import { writeWhole } from '../whole-file.ts'

/** The folder with a service's proxy's configuration. */
export const meshDir = (context: RangeContext, service: ServiceName): string => configDir(context, proxyOf(service))

/** Writes a file into a proxy's folder atomically; readable for the shop's group if the folder is, because the proxy then runs as the shop's user. */
export function putForProxy(folder: string, name: string, text: string): void {
  const shop = shopGroup()
  const isOpen = shop !== null && statSync(folder, { throwIfNoEntry: false })?.gid === shop
  writeWhole(path.join(folder, name), text, isOpen ? { group: shop } : {})
}
