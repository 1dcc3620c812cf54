import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'

export interface SystemUser {
  uid: number
  gid: number
  /** Whether this user may enter every folder on the way to `dir`. */
  canTraverse(dir: string): boolean
}

/** The user to step down to when this process is root; null when it is not, or when there is no such user. */
export function unprivilegedUser(name: string): SystemUser | null {
  if (process.getuid?.() !== 0) return null
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  if (!line) return null
  const [, , uid, gid] = line.split(':')
  return { uid: Number(uid), gid: Number(gid), canTraverse }
}

export const runAs = (user: SystemUser | null): { uid?: number; gid?: number } => (user ? { uid: user.uid, gid: user.gid } : {})

function canTraverse(dir: string): boolean {
  for (let folder = path.resolve(dir); ; folder = path.dirname(folder)) {
    try {
      if ((statSync(folder).mode & 0o001) === 0) return false
    } catch {
      // Not made yet: it will be made traversable.
    }
    if (folder === path.dirname(folder)) return true
  }
}
