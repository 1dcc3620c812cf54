import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  statSync,
} from 'node:fs'
import path from 'node:path'
import type { Component, ProcessSpec } from './component.ts'
import { configDir, dataDir, type Binaries, type RangeContext } from './context.ts'
import { tierOf } from './precedence.ts'
import { shopUserName, unprivilegedUser, type SystemUser } from './users.ts'

/** Programs that run the shop's components and jobs. */
const programs = ['node', 'envoy', 'epmd', 'redisServer', 'rabbitmqServer'] as const

/** What the shop's user needs access to: the checkout, the folder that contains the range's, and those of the installed programs. */
interface Places {
  root: string
  dir: string
  binaries: Partial<Binaries>
}

/** Why the shop runs as root, with what to do about it, in a sentence; null if it does not. */
export function shopUserTrouble(places: Places): string | null {
  if (process.getuid?.() !== 0) return null
  const lacking = missingRights()
  if (lacking !== null) return `root lacks ${lacking} here, without which it cannot look after processes of another user`
  const user = unprivilegedUser(shopUserName)
  if (!user) return `there is no user ${shopUserName}: 'firedrill setup' makes one`
  const closed = closedTo(user, places)
  return (
    closed &&
    (statSync(closed).isDirectory()
      ? `the user ${shopUserName} may not enter ${closed}: run 'chgrp ${shopUserName} ${closed} && chmod g+x ${closed}', or keep Firedrill in another folder, such as /opt`
      : `the user ${shopUserName} may not read ${closed}: run 'chmod -R go+rX ${path.dirname(closed)}', or clone Firedrill with umask 022`)
  )
}

/** The user of the shop's components; null if they run as the user who started the range. */
const shopUser = (places: Places): SystemUser | null => (shopUserTrouble(places) === null ? unprivilegedUser(shopUserName) : null)

/** Numbers of capabilities (capabilities(7)): to become another user and own its files, to stop its processes, and to read their environment. */
const rights = { CAP_CHOWN: 0, CAP_DAC_OVERRIDE: 1, CAP_KILL: 5, CAP_SETGID: 6, CAP_SETUID: 7, CAP_SYS_PTRACE: 19 }

/** Required capabilities that root lacks, such as in a container; null if it has them all. */
function missingRights(): string | null {
  const [, held = '0'] = /^CapEff:\s+([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  const missing = Object.entries(rights).flatMap(([name, bit]) => ((BigInt(`0x${held}`) >> BigInt(bit)) & 1n ? [] : [name]))
  return missing.length === 0 ? null : missing.join(' and ')
}

/** What services and jobs read from a checkout, one of each kind: their code, and packages. */
const samples = ['shop/gateway/main.ts', 'node_modules/.package-lock.json']

/** The topmost parent folder that the shop's user may not enter, or a file that it may not read or run; null if there is none. */
function closedTo(user: SystemUser, { dir, root, binaries }: Places): string | null {
  const files = [...programs.flatMap((name) => binaries[name] ?? []), ...samples.map((file) => path.join(root, file))]
    .filter((file) => existsSync(file))
    .map(realOf)
  const folders = [realOf(root), realOf(path.dirname(path.resolve(dir))), ...files.map((file) => path.dirname(file))]
  const closed = folders.find((folder) => !user.canTraverse(folder))
  if (closed === undefined) return files.find((file) => !user.canRead(file)) ?? null
  let uppermost = closed
  while (!user.canTraverse(path.dirname(uppermost))) uppermost = path.dirname(uppermost)
  return uppermost
}

/** The real path: the parents of a link are not those of its target. */
const realOf = (file: string): string => (existsSync(file) ? realpathSync(file) : file)

/**
 * How to start a component: one of the shop as the shop's user, who owns its data and may read its configuration. One with a user of its own keeps
 * it.
 */
export function asShopUser(context: RangeContext, component: Component, spec: ProcessSpec): ProcessSpec {
  const user = tierOf(component.role) === 'shop' && spec.user === undefined ? shopUser(context) : null
  if (!user || !mayRun(user, spec)) return spec
  openWay(context)
  own(dataDir(context, component.name), user)
  openToGroup(configDir(context, component.name), user.gid)
  return stepDown(context, spec, user)
}

/** For one of our programs its bundle is what it reads, in a cache that may be elsewhere. */
const mayRun = (user: SystemUser, { program, args: [file = ''] }: ProcessSpec): boolean =>
  program === undefined || (user.canTraverse(path.dirname(realOf(file))) && user.canRead(realOf(file)))

/** The same for a job of the shop. */
export function jobAsShopUser(context: RangeContext, spec: ProcessSpec): ProcessSpec {
  const user = shopUser(context)
  if (!user) return spec
  openWay(context)
  return stepDown(context, spec, user)
}

/** Node's compile caches are kept apart: what one user writes is never run as another. */
function stepDown(context: RangeContext, spec: ProcessSpec, user: SystemUser): ProcessSpec {
  const compiled = dataDir(context, 'compiled')
  mkdirSync(compiled, { recursive: true, mode: 0o700 })
  own(compiled, user)
  return { ...spec, user: user.name, env: { HOME: '/nonexistent', NODE_COMPILE_CACHE: compiled, ...spec.env } }
}

/** Anyone may enter it, nobody may list it. */
function openWay(context: RangeContext): void {
  for (const folder of [context.dir, ...['data', 'config'].map((name) => path.join(context.dir, name))])
    if (existsSync(folder)) chmodSync(folder, (statSync(folder).mode & 0o7777) | 0o011)
}

/**
 * Changes the owner of a folder of root's, with its content, to the shop's user: once, and the folder itself last, because from then on anything in
 * it may be a link to a file of root's.
 */
function own(folder: string, { uid, gid }: SystemUser): void {
  if (lstatSync(folder, { throwIfNoEntry: false })?.uid !== process.getuid?.()) return
  // Innermost first, and no file with several hard links: the others may be anywhere.
  for (const file of below(folder).toReversed())
    if (lstatSync(file).isDirectory() || lstatSync(file).nlink === 1) lchownSync(file, uid, gid)
}

/** Files of root that a group may read. */
function openToGroup(folder: string, gid: number): void {
  for (const file of below(folder)) {
    const now = lstatSync(file)
    const mode = now.isDirectory() ? 0o750 : 0o640
    if (now.gid !== gid) chownSync(file, now.uid, gid)
    if ((now.mode & 0o7777) !== mode) chmodSync(file, mode)
  }
}

/** A folder, and all folders and plain files in it, at any depth; no links, and nothing behind one. */
function below(folder: string): string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() || entry.isFile())
  return [
    folder,
    ...entries.flatMap((entry) => {
      const file = path.join(folder, entry.name)
      return entry.isDirectory() ? below(file) : [file]
    }),
  ]
}

/**
 * The user as whom root runs a program that belongs to a component: the owner of the component's data, who may have left there what the program
 * executes.
 */
export function asOwnerOf(folder: string): { uid?: number; gid?: number } {
  const owner = process.getuid?.() === 0 ? statSync(folder, { throwIfNoEntry: false }) : undefined
  return owner ? { uid: owner.uid, gid: owner.gid } : {}
}
