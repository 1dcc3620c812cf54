import { statSync } from 'node:fs'
import path from 'node:path'
import { shopGroup } from './users.ts'
import { writeWhole } from './whole-file.ts'

/** Writes a file into a folder of a service or a proxy atomically; readable for the shop's group if the folder is, because its reader then runs as the shop's user. */
export function putForShop(folder: string, name: string, text: string): void {
  const shop = shopGroup()
  const isOpen = shop !== null && statSync(folder, { throwIfNoEntry: false })?.gid === shop
  writeWhole(path.join(folder, name), text, isOpen ? { group: shop } : {})
}
