import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'

export interface SystemUser {
  name: string
  uid: number
  gid: number
  /** Whether this user may enter every parent folder of `dir`. */
  canTraverse(dir: string): boolean
  /** Whether a file's own mode lets this user read it, and execute it if it is a program. */
  canRead(file: string): boolean
}

/** The user for the shop if root starts it: it may read nothing of the drill, and stop no monitoring. */
export const shopUserName = 'firedrill-shop'

/** The group that may read the configuration of the shop's components; null if the shop has no user of its own. */
export const shopGroup = (): number | null => unprivilegedUser(shopUserName)?.gid ?? null

/** The user to switch to if this process is root; null if it is not, or if there is no such user. */
export function unprivilegedUser(name: string): SystemUser | null {
  if (process.getuid?.() !== 0) return null
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  if (!line) return null
  const [, , uid, gid] = line.split(':')
  const user = { name, uid: Number(uid), gid: Number(gid) }
  return { ...user, canTraverse: (dir) => canTraverse(user, dir), canRead: (file) => canRead(user, file) }
}

/** What a child process is started with to run as a user; nothing for our own. */
export const runAs = (user: SystemUser | null): { uid?: number; gid?: number } => (user ? { uid: user.uid, gid: user.gid } : {})

type Who = Pick<SystemUser, 'uid' | 'gid'>

/** From the mode bits for owner, group and others, those that apply to this user, at the position for others. */
const bitsFor = ({ uid, gid }: Who, file: string): number => {
  const now = statSync(file)
  return (now.uid === uid ? now.mode >> 6 : now.gid === gid ? now.mode >> 3 : now.mode) & 0o7
}

function canRead(user: Who, file: string): boolean {
  const isProgram = (statSync(file).mode & 0o111) !== 0
  const needed = isProgram ? 0o5 : 0o4
  return (bitsFor(user, file) & needed) === needed
}

function canTraverse(user: Who, dir: string): boolean {
  for (let folder = path.resolve(dir); ; folder = path.dirname(folder)) {
    try {
      if ((bitsFor(user, folder) & 0o1) === 0) return false
    } catch {
      // It does not exist yet, and will be made traversable.
    }
    if (folder === path.dirname(folder)) return true
  }
}
