import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { ComponentName } from '../model/components.ts'
import { family, listProcesses, proportionalMemoryBytes } from '../range/targets/local/identity.ts'
import type { LocalTarget } from '../range/targets/local/target.ts'

interface Usage {
  name: ComponentName
  /** Cores, on average over the measurement. */
  cores: number
  /** Proportional set size at the end, so that shared memory is counted once. */
  megabytes: number
}

/** The CPU and memory of each component of a range on this machine, over a time. */
export async function usageOf(target: LocalTarget, forMs: number): Promise<Usage[]> {
  const before = new Map(looked(target).map(({ name, seconds }) => [name, seconds]))
  const startedAt = performance.now()
  await delay(forMs)
  const elapsed = (performance.now() - startedAt) / 1_000
  return looked(target).map(({ name, seconds, pids }) => ({
    name,
    cores: (seconds - (before.get(name) ?? seconds)) / elapsed,
    megabytes: proportionalMemoryBytes(pids) / 1024 / 1024,
  }))
}

function looked({ components, state }: LocalTarget) {
  const processes = listProcesses()
  return components.flatMap(({ name }) => {
    const record = state.run(name)
    if (!record) return []
    const pids = family(record.pid, processes)
    return [{ name, pids, seconds: pids.reduce((sum, pid) => sum + cpuSecondsWithEnded(pid), 0) }]
  })
}

/** User and system time of a process and of its children that have ended: fields 14 to 17 of /proc/PID/stat, in hundredths of a second. */
function cpuSecondsWithEnded(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100
  } catch {
    // It has exited since it was listed.
    return 0
  }
}
