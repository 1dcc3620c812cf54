import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { poll } from '../model/until.ts'
import { limits } from './jail.ts'

/** Prefix for all sessions of a range; each adds its own name. */
const prefixOf = (rangeId: string): string => `firedrill-${rangeId}-shell-`
const periodUs = 100_000
const diesWithinMs = 10_000

/** Control groups of one session: the jail's processes are moved into them before the jail is made. Empty if this user may create none. */
export function makeGroups(rangeId: string, session: string): string[] {
  return bases().flatMap(({ base, files }) => {
    const group = path.join(base, prefixOf(rangeId) + session)
    try {
      mkdirSync(group, { recursive: true })
      let limited = false
      for (const [file, value] of Object.entries(files)) limited = write(path.join(group, file), String(value)) || limited
      if (limited) return [group]
      rmdirSync(group)
    } catch {
      // Per-process limits remain (`prlimit`).
    }
    return []
  })
}

/** The sessions of a range that have groups, whichever process created them. */
export const sessionsWithGroups = (rangeId: string): string[] => [
  ...new Set(
    bases()
      .flatMap(({ base }) => (existsSync(base) ? readdirSync(base) : []))
      .filter((name) => name.startsWith(prefixOf(rangeId)))
      .map((name) => name.slice(prefixOf(rangeId).length)),
  ),
]

/**
 * Kills what is left in the groups of a session, and removes them. Resolves when none is left, or after a while: killed processes take time to exit.
 */
export async function groupsGone(rangeId: string, session: string): Promise<void> {
  await poll(diesWithinMs, () => removeGroups(rangeId, session), 20)
}

/** Returns whether none is left. */
function removeGroups(rangeId: string, session: string): boolean {
  let gone = true
  for (const { base } of bases()) {
    const group = path.join(base, prefixOf(rangeId) + session)
    if (!existsSync(group)) continue
    for (const pid of readLines(path.join(group, 'cgroup.procs'))) kill(Number(pid))
    try {
      rmdirSync(group)
    } catch {
      gone = false
    }
  }
  return gone
}

const version1 = {
  cpu: { 'cpu.cfs_period_us': periodUs, 'cpu.cfs_quota_us': periodUs * limits.cpuShare, 'cpu.shares': 512 },
  memory: { 'memory.limit_in_bytes': limits.memoryBytes },
  pids: { 'pids.max': limits.processes },
}
const version2 = {
  'cpu.max': `${periodUs * limits.cpuShare} ${periodUs}`,
  'cpu.weight': 50,
  'memory.max': limits.memoryBytes,
  'memory.swap.max': 0,
  'pids.max': limits.processes,
}

/** Where groups may be created, and the settings for one there. */
function bases(): { base: string; files: Record<string, string | number> }[] {
  const mounts = readLines('/proc/self/mounts').map((line) => line.split(' '))
  const first = mounts.flatMap(([, mount = '', type, options = '']) => {
    if (type !== 'cgroup') return []
    const controllers = (['cpu', 'memory', 'pids'] as const).filter((controller) => options.split(',').includes(controller))
    return controllers.map((controller) => ({ base: mount, files: version1[controller] }))
  })
  if (first.length > 0) return first
  return mounts.flatMap(([, mount = '', type]) => {
    if (type !== 'cgroup2') return []
    // Root's groups belong beside those of systemd.
    for (const controller of ['cpu', 'memory', 'pids']) write(path.join(mount, 'cgroup.subtree_control'), `+${controller}`)
    return [{ base: mount, files: version2 }]
  })
}

function kill(pid: number): void {
  try {
    if (pid > 1) process.kill(pid, 'SIGKILL')
  } catch {
    // It has exited meanwhile.
  }
}

function write(file: string, text: string): boolean {
  try {
    writeFileSync(file, text)
    return true
  } catch {
    return false
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').filter(Boolean)
  } catch {
    return []
  }
}
