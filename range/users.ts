import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'

export interface SystemUser {
  name: string
  uid: number
  gid: number
  /** Whether this user may enter every folder on the way to `dir`. */
  canTraverse(dir: string): boolean
}

/** As whom the shop runs where root starts it: somebody who may read nothing of the drill, and end nothing of what watches the shop. */
export const shopUserName = 'firedrill-shop'

/** The group that may read the configuration of the shop's components; null where the shop has no user of its own. */
export const shopGroup = (): number | null => unprivilegedUser(shopUserName)?.gid ?? null

/** The user to step down to when this process is root; null when it is not, or when there is no such user. */
export function unprivilegedUser(name: string): SystemUser | null {
  if (process.getuid?.() !== 0) return null
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  if (!line) return null
  const [, , uid, gid] = line.split(':')
  const user = { name, uid: Number(uid), gid: Number(gid) }
  return { ...user, canTraverse: (dir) => canTraverse(user, dir) }
}

export const runAs = (user: SystemUser | null): { uid?: number; gid?: number } => (user ? { uid: user.uid, gid: user.gid } : {})

function canTraverse({ uid, gid }: Pick<SystemUser, 'uid' | 'gid'>, dir: string): boolean {
  for (let folder = path.resolve(dir); ; folder = path.dirname(folder)) {
    try {
      const now = statSync(folder)
      if ((now.mode & (now.uid === uid ? 0o100 : now.gid === gid ? 0o010 : 0o001)) === 0) return false
    } catch {
      // Not made yet: it will be made traversable.
    }
    if (folder === path.dirname(folder)) return true
  }
}
