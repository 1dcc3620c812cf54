import { carryOut, type Command } from './commands.ts'
import { mustHold } from './invariants.ts'
import { comesToRest } from './next-drill.ts'
import { quiet } from './quiet.ts'
import { recoveryIsTrue } from './recovery.ts'
import { World } from './world.ts'

/** Statistics of histories. */
interface Covered {
  histories: number
  /** Commands executed. */
  steps: number
  /** On the simulated clock. */
  seconds: number
  crashes: number
  drills: number
  /** Drills that somebody fixed. */
  recovered: number
  /** How drills ended, by phase. */
  ended: Record<string, number>
  commands: Record<string, number>
}
export const nothing = (): Covered => ({ histories: 0, steps: 0, seconds: 0, crashes: 0, drills: 0, recovered: 0, ended: {}, commands: {} })

const count = (counts: Record<string, number>, what: string): void => void (counts[what] = (counts[what] ?? 0) + 1)

/** One in this many histories is written to a file, as on a real range. */
const everyOnDisk = 8

/** Plays a history, and checks the promises after each step; adds to `covered`, step by step. */
export async function play(history: readonly Command[], covered: Covered = nothing()): Promise<void> {
  using world = await World.begin({ onDisk: covered.histories % everyOnDisk === 0 })
  covered.histories++
  world.eachSecond = () => recoveryIsTrue(world)
  for (const command of history) {
    await carryOut(world, command)
    await quiet()
    await mustHold(world)
    covered.steps++
    count(covered.commands, command.name)
  }
  await comesToRest(world)
  covered.seconds += world.seconds
  covered.crashes += world.crashes
  covered.recovered += world.recovered.size
  for (const drill of world.drills()) {
    covered.drills++
    count(covered.ended, world.state(drill).phase)
  }
}

/** In lines, for people to read. */
export function toldOf({ histories, steps, seconds, crashes, drills, recovered, ended, commands }: Covered, tookMs: number): string[] {
  const each = (counts: Record<string, number>) =>
    Object.entries(counts)
      .toSorted(([, a], [, b]) => b - a)
      .map(([what, times]) => `${what} ${times}`)
      .join(', ')
  return [
    `${steps} steps in ${histories} histories, ${Math.round((steps * 1_000) / Math.max(1, tookMs))} a second, ${seconds} s on the simulated clock`,
    `${crashes} crashes, ${drills} drills (${each(ended)}), ${recovered} recovered`,
    `commands: ${each(commands)}`,
  ]
}
