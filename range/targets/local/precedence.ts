import { accessSync, constants, existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode } from '../../../model/errors.ts'
import { poll } from '../../../model/until.ts'
import { cpuWeights, niceness, tiers, type Precedence, type Tier } from '../../precedence.ts'
import { family } from './identity.ts'

/** Where control groups are mounted, and which of them this process is in. */
interface CgroupFiles {
  mounts: string
  self: string
}
const here: CgroupFiles = { mounts: '/proc/self/mounts', self: '/proc/self/cgroup' }

const prefix = 'firedrill-'
const groupOf = (base: string, rangeId: string, tier: Tier): string => path.join(base, `${prefix}${rangeId}-${tier}`)

/** Creates the groups of a range if this user may, and returns the means that can be used. Idempotent. */
export function establish(rangeId: string, files = here): Precedence {
  for (const candidate of candidates(files)) {
    try {
      // Moving a process requires write access to the common ancestor group.
      accessSync(path.join(candidate.base, 'cgroup.procs'), constants.W_OK)
      for (const tier of tiers) makeGroup(candidate, rangeId, tier)
      return { means: 'cgroup', ...candidate }
    } catch {
      removeGroups({ means: 'cgroup', ...candidate }, rangeId)
    }
  }
  return { means: 'nice' }
}

/** The means that a stopped range would use here. */
export function available(): Precedence {
  const probe = `probe-${process.pid}`
  const precedence = establish(probe)
  removeGroups(precedence, probe)
  return precedence
}

/** For people: how monitoring takes precedence. */
export const describePrecedence = (precedence: Precedence): string =>
  precedence.means === 'cgroup'
    ? `by ${precedence.version === 2 ? 'CPU weight' : 'CPU shares'} of control groups in ${precedence.base} (${tiers.map((tier) => `${tier} ${weightFile(precedence.version, tier).value}`).join(', ')})`
    : `by niceness (${tiers.map((tier) => `${tier} ${niceness[tier]}`).join(', ')}): control groups cannot be written by this user`

/**
 * How to start a program with its tier's niceness from the beginning: a process that is being forked while its parent is lowered keeps the old
 * niceness, and cannot be seen yet. Control groups do not have this problem.
 */
export function lowered(command: readonly [string, ...string[]], tier: Tier, { means }: Precedence): readonly [string, ...string[]] {
  // So that a missing program is reported by the caller, and not by 'nice'.
  if (means === 'cgroup' || niceness[tier] === 0 || !existsSync(command[0])) return command
  return ['nice', '-n', String(niceness[tier]), ...command]
}

/** Gives a process that was just launched (`lowered`), and its children so far, the precedence of its tier. Later children inherit it. */
export async function place(pid: number, tier: Tier, precedence: Precedence, rangeId: string): Promise<void> {
  if (precedence.means === 'nice') return lowerSession(pid, niceness[tier])
  if (!join(pid, groupOf(precedence.base, rangeId, tier))) await lower(pid, niceness[tier])
}

/** Removes the groups of a range whose processes are gone; waits a moment for those that are exiting. */
export async function dissolve(precedence: Precedence, rangeId: string, withinMs = 2_000): Promise<void> {
  await poll(withinMs, () => removeGroups(precedence, rangeId), 20)
}

interface Candidate {
  version: 1 | 2
  base: string
}

/** Folders in which groups could be created, best first. */
function candidates({ mounts, self }: CgroupFiles): Candidate[] {
  const own = readLines(self).map((line) => line.split(':'))
  return readLines(mounts).flatMap((line): Candidate[] => {
    const [, mount = '', type, options = ''] = line.split(' ')
    if (type === 'cgroup' && options.split(',').includes('cpu')) {
      return [{ version: 1, base: mount }]
    }
    if (type !== 'cgroup2') return []
    const relative = own.find(([id]) => id === '0')?.[2] ?? '/'
    return ancestors(mount, relative)
      .filter((base) => hasCpu(base))
      .map((base) => ({ version: 2, base }))
  })
}

/** The groups of this process, from the root downwards for root, whose groups belong beside those of systemd; from its own upwards for others. */
function ancestors(mount: string, relative: string): string[] {
  const found: string[] = [mount]
  for (const part of relative.split('/').filter((name) => name !== '' && !name.startsWith(prefix))) {
    found.push(path.join(found.at(-1) ?? mount, part))
  }
  return process.getuid?.() === 0 ? found : found.toReversed()
}

/**
 * Whether groups in this one can have weights; root may enable that at the root of the hierarchy, the only group that may have processes of its own
 * as well.
 */
function hasCpu(base: string): boolean {
  const control = path.join(base, 'cgroup.subtree_control')
  const listed = () => existsSync(control) && readFileSync(control, 'utf8').trim().split(/\s+/).includes('cpu')
  if (listed()) return true
  try {
    writeFileSync(control, '+cpu')
    return listed()
  } catch {
    return false
  }
}

function makeGroup({ version, base }: Candidate, rangeId: string, tier: Tier): void {
  const group = groupOf(base, rangeId, tier)
  mkdirSync(group, { recursive: true })
  const { file, value } = weightFile(version, tier)
  writeFileSync(path.join(group, file), String(value))
}

/** `cpu.shares` has 1,024 where `cpu.weight` has 100. */
const weightFile = (version: 1 | 2, tier: Tier): { file: string; value: number } =>
  version === 2
    ? { file: 'cpu.weight', value: cpuWeights[tier] }
    : { file: 'cpu.shares', value: Math.round((cpuWeights[tier] * 1_024) / 100) }

/** Returns whether all of them are gone. */
function removeGroups(precedence: Precedence, rangeId: string): boolean {
  if (precedence.means !== 'cgroup') return true
  for (const tier of tiers) {
    try {
      rmdirSync(groupOf(precedence.base, rangeId, tier))
    } catch {
      // It was never created, or still has processes.
    }
  }
  return tiers.every((tier) => !existsSync(groupOf(precedence.base, rangeId, tier)))
}

/** Moves a process into a group, and the children that it had before, until none of them is elsewhere. */
function join(pid: number, group: string): boolean {
  const procs = path.join(group, 'cgroup.procs')
  const ended = new Set<number>()
  for (let members = [pid]; members.length > 0;) {
    for (const member of members) {
      try {
        writeFileSync(procs, String(member))
      } catch (error) {
        // Any error, except that it has exited meanwhile, means that this user may not.
        if (errorCode(error) !== 'ESRCH') return false
        ended.add(member)
      }
    }
    const inside = new Set([...ended, ...readLines(procs).map(Number)])
    members = mayHaveStarted(pid) ? family(pid).filter((member) => !inside.has(member)) : []
  }
  return true
}

/** Avoids the search through all processes if the kernel reports that it has no children. */
function mayHaveStarted(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim() !== ''
  } catch {
    return true
  }
}

/**
 * Lowers each thread of a process and its descendants, and its session: if the kernel shares the CPU between sessions first (sched(7), autogroup),
 * niceness counts only within a session.
 */
async function lower(pid: number, steps: number): Promise<void> {
  if (steps === 0) return
  const nice = Math.min(os.getPriority() + steps, os.constants.priority.PRIORITY_LOW)
  const seen = new Set<number>()
  const lowered = (thread: number): void => {
    seen.add(thread)
    try {
      os.setPriority(thread, nice)
    } catch {
      // It has exited meanwhile, or belongs to another user.
    }
  }
  // Children of processes that were not lowered yet are found in the next round.
  for (let threads = threadsOf(pid); threads.length > 0;) {
    threads.forEach(lowered)
    threads = family(pid)
      .flatMap(threadsOf)
      .filter((thread) => !seen.has(thread))
  }
  await lowerSession(pid, steps)
}

/** The kernel accepts one such change per tenth of a second from users other than root. */
async function lowerSession(pid: number, nice: number): Promise<void> {
  if (nice === 0) return
  const file = `/proc/${pid}/autogroup`
  for (const giveUpAt = Date.now() + 5_000; Date.now() < giveUpAt;) {
    try {
      writeFileSync(file, String(nice))
      return
    } catch (error) {
      if (errorCode(error) !== 'EAGAIN') return
      await delay(25 + Math.random() * 100)
    }
  }
}

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number)
  } catch {
    return []
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').trim().split('\n')
  } catch {
    return []
  }
}
