import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

/** Stand in for what would start and enable services (see its README). */
export const quietPrograms = path.join(import.meta.dirname, 'apt')

/** How apt-get is run with the rights that it needs; null where it cannot be. Somebody at a terminal is asked for their password, unless `ask` says not to. */
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

/** apt-get, as it installs programs and starts nothing. Another that runs, as of unattended upgrades, is waited for. */
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

/** dpkg itself, likewise. */
export const dpkg = (prefix: readonly string[], ...args: string[]): string[] => [
  ...prefix,
  ...quietly,
  `PATH=${quietPath}`,
  'dpkg',
  ...args,
]
