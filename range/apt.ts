import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

/** Replacements for the programs that start and enable services (see its README). */
export const quietPrograms = path.join(import.meta.dirname, 'apt')

/** How to run apt-get as root; null if that is not possible. A user at a terminal is asked for their password, unless `ask` is false. */
export function aptPrefix({ ask = true } = {}): string[] | null {
  if (!existsSync('/usr/bin/apt-get')) return null
  if (process.getuid?.() === 0) return []
  if (!existsSync('/usr/bin/sudo')) return null
  const may = () => spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0
  if (may()) return ['sudo', '-n']
  if (!ask || !process.stdin.isTTY) return null
  try {
    execFileSync('sudo', ['-v', '-p', 'firedrill: password of %u, to install Debian packages: '], { stdio: 'inherit' })
  } catch {
    return null
  }
  return may() ? ['sudo', '-n'] : null
}

const quietPath = `${quietPrograms}:/usr/sbin:/usr/bin:/sbin:/bin`
const quietly = ['env', 'RUNLEVEL=1', 'DEBIAN_FRONTEND=noninteractive'] as const

/** apt-get, which installs programs but starts no services. It waits for another run, such as one of unattended upgrades. */
export const aptGet = (prefix: readonly string[], ...args: string[]): string[] => [
  ...prefix,
  ...quietly,
  'apt-get',
  '-o',
  `DPkg::Path=${quietPath}`,
  '-o',
  'DPkg::Lock::Timeout=120',
  ...args,
]

/** dpkg itself, in the same way. */
export const dpkg = (prefix: readonly string[], ...args: string[]): string[] => [
  ...prefix,
  ...quietly,
  `PATH=${quietPath}`,
  'dpkg',
  ...args,
]
