import { availableParallelism, cpus } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { usualUsers } from '../model/range/load.ts'

/** The speed of a host, measured by a moment's work of one thread. */
export const machineSchema = z.object({
  cores: z.number().int().min(1),
  /** Work per second of CPU, relative to the machine that scenarios were tuned on, which has 1. */
  speed: z.number().positive(),
  /** Share of a core that a busy loop got, 0 to 1: less than 1 when other programs are busy. */
  share: z.number().min(0).max(1),
  /** Idle cores meanwhile; all of them if that was not measured. */
  idle: z.number().min(0).default(Infinity),
})
export type Machine = z.infer<typeof machineSchema>

/** Turns per millisecond of CPU on the machine that scenarios were tuned on. */
const referenceTurns = 80
const warmUpMs = 60

const order = {
  id: '5f1c',
  customer: 'ada',
  items: Array.from({ length: 12 }, (_, index) => ({ sku: `P${1_000 + index}`, quantity: index % 3 })),
}

/** A little of what services do: JSON in both directions, a sort, and sums. */
function turn(seed: number): number {
  const copy = JSON.parse(JSON.stringify(order)) as typeof order
  copy.items.sort((a, b) => ((a.quantity * 7 + seed) % 5) - ((b.quantity * 3 + seed) % 5))
  let sum = seed
  for (let step = 0; step < 2_000; step++) sum = (Math.imul(sum, 1_664_525) + copy.items.length) >>> 0
  return sum
}

/** Measures for a second how busy the machine is, then computes for a moment on the calling thread, and returns the result. */
export async function measureMachine(): Promise<Machine> {
  const idle = await idleCores()
  return { ...measureCore(), idle }
}

/** Computes for this long on the calling thread. */
export function measureCore(forMs = 300): Omit<Machine, 'idle'> {
  let seed = 1
  let turns = 0
  for (const until = performance.now() + warmUpMs; performance.now() < until;) seed = turn(seed)
  const cpuFrom = process.threadCpuUsage()
  const from = performance.now()
  while (performance.now() - from < forMs) {
    seed = turn(seed)
    turns++
  }
  const wallMs = performance.now() - from
  const cpu = process.threadCpuUsage(cpuFrom)
  const cpuMs = Math.max((cpu.user + cpu.system) / 1_000, 1)
  return { cores: availableParallelism(), speed: turns / cpuMs / referenceTurns, share: Math.min(1, cpuMs / wallMs) }
}

const fewest = 10
/** Cores of the reference machine that an incident with that many users takes, including the monitoring. */
const neededCores = 1.6

/**
 * The default number of users of a range: as many as this machine, given its other load, serves as easily as the reference machine serves thirty, and
 * up to twice as many on a faster one, so that faults are noticed there as well.
 */
export function usersFor({ cores, speed, idle = cores }: Pick<Machine, 'cores' | 'speed'> & { idle?: number }): number {
  const capacity = (Math.min(cores, idle) * speed) / neededCores
  const factor = capacity < 1 ? capacity : Math.min(Math.max(speed, 1), capacity, 2)
  // A machine close to the reference counts as equal: no two measurements are quite the same.
  if (factor > 0.8 && factor < 1.35) return usualUsers
  return Math.max(fewest, Math.round((usualUsers * factor) / 5) * 5)
}

/** Idle cores during the measurement, as the kernel counts them. */
export async function idleCores(forMs = 1_000): Promise<number> {
  const look = () => cpus().map(({ times }) => ({ idle: times.idle, all: Object.values(times).reduce((sum, time) => sum + time, 0) }))
  const before = look()
  await setTimeout(forMs)
  return look().reduce((sum, { idle, all }, core) => {
    const spent = all - (before[core]?.all ?? 0)
    return spent > 0 ? sum + (idle - (before[core]?.idle ?? 0)) / spent : sum
  }, 0)
}

const mostPatience = 3
/** Cores that are idle on the reference machine while a range is at rest, and that an incident uses. */
const idleOnReference = 1

/** The factor for the bounds of a proof on a machine with a range at rest: a slow or busy machine takes longer for the same. */
export const patienceFor = ({ speed, idle }: { speed: number; idle: number }): number =>
  Math.min(Math.max(idleOnReference / Math.max(Math.min(speed, 1) * idle, 0.01), 1), mostPatience)

/** The same from the measurement of `up`; 1 before there is one. */
export const patienceOn = (machine: Machine | null): number => (machine ? patienceFor(machine) : 1)

/** A description for people. */
export const describeMachine = ({ cores, speed, share, idle }: Machine): string =>
  `${cores} ${cores === 1 ? 'core' : 'cores'}, each ${speed.toFixed(1)} × as fast as what scenarios were tuned on, ${idle < cores ? `${idle.toFixed(1)} of ${cores} idle, ` : ''}${Math.round(share * 100)} % of one available`
