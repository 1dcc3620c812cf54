import { chmodSync, chownSync, existsSync, lchownSync, lstatSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Component, ProcessSpec } from './component.ts'
import { configDir, dataDir, type Binaries, type RangeContext } from './context.ts'
import { shopUserName, unprivilegedUser, type SystemUser } from './users.ts'

/** Programs of the shop's components that `setup` puts somewhere; jobs and services are run by Node. */
export const shopPrograms = ['envoy', 'epmd', 'redisServer', 'rabbitmqServer'] as const satisfies (keyof Binaries)[]

/** What the shop's user has to reach: the checkout, the folder that has the range's, and each program. */
interface Places {
  root: string
  dir: string
  programs: readonly string[]
}

/** Why the shop runs as root, with what to do about it, in a sentence; null where it does not. */
export function shopUserTrouble(places: Places): string | null {
  if (process.getuid?.() !== 0) return null
  const user = unprivilegedUser(shopUserName)
  if (!user) return `there is no user ${shopUserName}: 'firedrill setup' makes one`
  const closed = closedTo(user, places)
  return (
    closed &&
    `the user ${shopUserName} may not enter ${closed}: run 'chgrp ${shopUserName} ${closed} && chmod g+x ${closed}', or keep Firedrill in another folder, such as /opt`
  )
}

/** The user of the shop's components; null where they run as whoever started the range does. */
function shopUser({ dir, root, binaries }: RangeContext): SystemUser | null {
  const user = unprivilegedUser(shopUserName)
  // Whoever starts one part only, as tests do, need not know of the others.
  const found: Partial<Binaries> = binaries
  const programs = ['node' as const, ...shopPrograms].flatMap((name) => found[name] ?? [])
  return user && closedTo(user, { dir, root, programs }) === null ? user : null
}

/** The uppermost folder on its way that the shop's user may not enter; null where there is none. */
function closedTo(user: SystemUser, { dir, root, programs }: Places): string | null {
  const folders = programs.flatMap((file) => [path.dirname(file), ...(existsSync(file) ? [path.dirname(realpathSync(file))] : [])])
  const closed = [root, path.dirname(path.resolve(dir)), ...folders].find((folder) => !user.canTraverse(folder))
  if (closed === undefined) return null
  let uppermost = closed
  while (!user.canTraverse(path.dirname(uppermost))) uppermost = path.dirname(uppermost)
  return uppermost
}

const isOfShop = ({ role }: Pick<Component, 'role'>): boolean => role === 'service' || role === 'mesh' || role === 'datastore'

/**
 * How a component is started: one of the shop as the shop's user, who owns its data and may read its configuration. One that has a user already keeps it.
 */
export function asShopUser(context: RangeContext, component: Component, spec: ProcessSpec): ProcessSpec {
  const user = isOfShop(component) && spec.user === undefined ? shopUser(context) : null
  if (!user) return spec
  openWay(context)
  own(dataDir(context, component.name), user)
  openToGroup(configDir(context, component.name), user.gid)
  return stepDown(context, spec, user)
}

/** The same for a job of the shop. */
export function jobAsShopUser(context: RangeContext, spec: ProcessSpec): ProcessSpec {
  const user = shopUser(context)
  if (!user) return spec
  openWay(context)
  return stepDown(context, spec, user)
}

/** Whatever Node compiles is kept apart: what one user writes is never run as another. */
function stepDown(context: RangeContext, spec: ProcessSpec, user: SystemUser): ProcessSpec {
  const compiled = dataDir(context, 'compiled')
  mkdirSync(compiled, { recursive: true, mode: 0o700 })
  own(compiled, user)
  return { ...spec, user: user.name, env: { HOME: '/nonexistent', NODE_COMPILE_CACHE: compiled, ...spec.env } }
}

/** Entered by all, listed by none. */
function openWay(context: RangeContext): void {
  for (const folder of [context.dir, ...['data', 'config'].map((name) => path.join(context.dir, name))])
    if (existsSync(folder)) chmodSync(folder, (statSync(folder).mode & 0o7777) | 0o011)
}

/** Links are never followed: who owns the folder may have made them. */
function own(folder: string, { uid, gid }: SystemUser): void {
  for (const file of below(folder)) {
    const now = lstatSync(file)
    if (now.uid !== uid || now.gid !== gid) lchownSync(file, uid, gid)
  }
}

/** Files of root that a group may read. */
function openToGroup(folder: string, gid: number): void {
  for (const file of below(folder)) {
    const now = lstatSync(file)
    if (now.isSymbolicLink()) continue
    const mode = now.isDirectory() ? 0o750 : 0o640
    if (now.gid !== gid) chownSync(file, now.uid, gid)
    if ((now.mode & 0o7777) !== mode) chmodSync(file, mode)
  }
}

const below = (folder: string): string[] =>
  existsSync(folder) ? [folder, ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name))] : []
