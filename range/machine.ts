import { availableParallelism, cpus } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { usualUsers } from '../model/range/load.ts'

/** What a host gives those who compute on it, measured by a moment's work of one thread. */
export const machineSchema = z.object({
  cores: z.number().int().min(1),
  /** Work that a second of CPU does, where the machine that scenarios were tuned on does 1. */
  speed: z.number().positive(),
  /** Share of a core that a program which computes without pause got, 0 to 1: less than 1 when others are busy. */
  share: z.number().min(0).max(1),
  /** Cores that nobody used meanwhile; all of them where it was not looked. */
  idle: z.number().min(0).default(Infinity),
})
export type Machine = z.infer<typeof machineSchema>

/** Turns in a millisecond of CPU on the machine that scenarios were tuned on. */
const referenceTurns = 80
const warmUpMs = 60

const order = {
  id: '5f1c',
  customer: 'ada',
  items: Array.from({ length: 12 }, (_, index) => ({ sku: `P${1_000 + index}`, quantity: index % 3 })),
}

/** A little of what services do: objects to text and back, a sort, and sums. */
function turn(seed: number): number {
  const copy = JSON.parse(JSON.stringify(order)) as typeof order
  copy.items.sort((a, b) => ((a.quantity * 7 + seed) % 5) - ((b.quantity * 3 + seed) % 5))
  let sum = seed
  for (let step = 0; step < 2_000; step++) sum = (Math.imul(sum, 1_664_525) + copy.items.length) >>> 0
  return sum
}

/** Looks for a second what others leave, then computes for a moment on the calling thread, and says what came of it. */
export async function measureMachine(): Promise<Machine> {
  const idle = await idleCores()
  return { ...measureCore(), idle }
}

/** Computes for so long on the calling thread. */
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
/** Cores of the reference machine that an incident of that many users takes, the monitoring included. */
const neededCores = 1.6

/**
 * Users that a range has when nobody asked for a number: as many as this machine, beside what it does already, serves as easily as the reference serves
 * thirty, and up to twice as many on one that is faster, so that what breaks is felt there as well.
 */
export function usersFor({ cores, speed, idle = cores }: Pick<Machine, 'cores' | 'speed'> & { idle?: number }): number {
  const capacity = (Math.min(cores, idle) * speed) / neededCores
  const factor = capacity < 1 ? capacity : Math.min(Math.max(speed, 1), capacity, 2)
  // One that is nearly the reference is taken for it: no two measurements are quite the same.
  if (factor > 0.8 && factor < 1.35) return usualUsers
  return Math.max(fewest, Math.round((usualUsers * factor) / 5) * 5)
}

/** Cores that nobody used while it was looked, as the kernel counts them. */
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
/** Cores that the reference machine leaves idle while a range is at rest on it, and an incident takes up. */
const idleOnReference = 1

/** By what the bounds of a proof are multiplied beside a range at rest: a slow machine, or one that is busy with other things, takes longer for the same. */
export const patienceFor = ({ speed, idle }: { speed: number; idle: number }): number =>
  Math.min(Math.max(idleOnReference / Math.max(Math.min(speed, 1) * idle, 0.01), 1), mostPatience)

/** The same by what `up` measured; 1 before it has. */
export const patienceOn = (machine: Machine | null): number => (machine ? patienceFor(machine) : 1)

/** For people. */
export const describeMachine = ({ cores, speed, share, idle }: Machine): string =>
  `${cores} ${cores === 1 ? 'core' : 'cores'}, each ${speed.toFixed(1)} × as fast as what scenarios were tuned on, ${idle < cores ? `${idle.toFixed(1)} of ${cores} idle, ` : ''}${Math.round(share * 100)} % of one to be had`
