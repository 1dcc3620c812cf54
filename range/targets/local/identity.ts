import { readFileSync, readdirSync, readlinkSync } from 'node:fs'

/** A process as it was when we started it: its pid alone may belong to another one since. */
export interface ProcessIdentity {
  pid: number
  /** Clock ticks after boot at which it started: field 22 of /proc/PID/stat. */
  startTicks: number
  /** Random, in the environment of the process and its children. */
  nonce: string
}

interface ProcessStat {
  pid: number
  parent: number
  group: number
  session: number
  state: string
  startTicks: number
}

/** Reads /proc/PID/stat (proc(5)); null when there is no such process. */
export function readStat(pid: number): ProcessStat | null {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return null
  }
  // The command name is in parentheses and may itself contain spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return {
    pid,
    state: fields[0] ?? '?',
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    startTicks: Number(fields[19]),
  }
}

type Liveness = 'running' | 'suspended' | 'gone'

/** Whether that very process still runs. A zombie counts as gone: it may never be reaped. */
export function liveness(identity: ProcessIdentity): Liveness {
  const stat = readStat(identity.pid)
  if (stat === null || stat.startTicks !== identity.startTicks || stat.state === 'Z' || stat.state === 'X') return 'gone'
  return stat.state === 'T' || stat.state === 't' ? 'suspended' : 'running'
}

/** Whether the process of a record still exists, suspended or not. */
export const isThere = <Record extends ProcessIdentity>(record: Record | null): record is Record =>
  record !== null && liveness(record) !== 'gone'

/** Whether it exited unexpectedly. */
export const isMissed = (record: (ProcessIdentity & { stopping: boolean }) | null): boolean =>
  record !== null && !record.stopping && liveness(record) === 'gone'

/** All processes of this machine apart from zombies; one that ends meanwhile is left out. */
export function listProcesses(): ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readStat(Number(name)))
    .filter((stat) => stat !== null && stat.state !== 'Z')
    .map((stat) => stat as ProcessStat)
}

/**
 * The process and all its descendants, or members of its session or group; not those that were launched as components of their own, even if they are
 * children: the control plane and the reaper start others, and each other.
 */
export function family(pid: number, processes = listProcesses()): number[] {
  const found = new Set([pid])
  const own = nonceOf(pid)
  const isOther = (stat: ProcessStat): boolean => {
    if (stat.session !== stat.pid) return false
    const nonce = nonceOf(stat.pid)
    return nonce !== null && nonce !== own
  }
  for (let grew = true; grew;) {
    grew = false
    for (const stat of processes) {
      if (!found.has(stat.pid) && (found.has(stat.parent) || stat.session === pid || stat.group === pid) && !isOther(stat)) {
        found.add(stat.pid)
        grew = true
      }
    }
  }
  return [...found]
}

/** The nonce in the environment of a process; null if it has none, hides it, or has overwritten it. */
function nonceOf(pid: number): string | null {
  return environmentOf(pid).flatMap((entry) => /^FIREDRILL_NONCE=([0-9a-f]+)/.exec(entry)?.[1] ?? [])[0] ?? null
}

/** What a process has open, each by where its link in /proc leads (proc_pid_fd(5)); empty if it has exited, or may not be inspected. */
export function openFilesOf(pid: number | string): { file: string; link: string }[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const file = `/proc/${pid}/fd/${fd}`
      try {
        return [{ file, link: readlinkSync(file) }]
      } catch {
        return []
      }
    })
  } catch {
    return []
  }
}

/** Proportional set size of these processes together, in bytes. */
export function proportionalMemoryBytes(pids: readonly number[]): number {
  let kilobytes = 0
  for (const pid of pids) {
    try {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
      kilobytes += Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0)
    } catch {
      // It has exited meanwhile, or belongs to another user: it does not count.
    }
  }
  return kilobytes * 1024
}

/** Pids whose environment has all of these, except the caller's own. */
export function withEnvironment(variables: Readonly<Record<string, string>>): number[] {
  const needles = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  return listProcesses()
    .map((stat) => stat.pid)
    .filter((pid) => {
      if (pid === process.pid) return false
      const environment = environmentOf(pid)
      return needles.every((needle) => environment.includes(needle))
    })
}

/** `NAME=value` of each variable that a process was started with; empty if it hides them, has overwritten them, or has exited. */
export function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}
