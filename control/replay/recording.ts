import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Sample } from '../../model/check.ts'
import { componentStatus } from '../../model/components.ts'
import { alertSummary, type DrillEvent } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'

/** One sample, with only the components that were unhealthy. */
const moment = z.object({
  /** Since the drill started, in milliseconds. */
  ms: z.number(),
  /** Totals since the drill started; null when Locust did not answer. */
  users: z.object({ good: z.number(), slow: z.number(), failed: z.number() }).nullable(),
  oldestUnfulfilledSeconds: z.number().nullable(),
  backlog: z.number().nullable(),
  deadLetters: z.number().nullable(),
  stalePrices: z.number().nullable(),
  unwell: z.array(componentStatus.pick({ name: true, state: true, detail: true })),
})
export type Moment = z.infer<typeof moment>

/** The telemetry of one rehearsal on a real range: its samples, one a second, and when which pages came and went. */
export const recording = z.object({
  scenario: z.string(),
  /** When the reference solution was carried out, in milliseconds since the drill started. */
  fixedAtMs: z.number(),
  moments: z.array(moment).min(10),
  pages: z.array(z.object({ ms: z.number(), status: z.enum(['firing', 'resolved']), alert: alertSummary })),
})
export type Recording = z.infer<typeof recording>

/** Makes a recording from a rehearsal's events and samples. */
export function recordingOf(samples: readonly Sample[], events: readonly DrillEvent[]): Recording {
  const started = events[0]
  // What a solution types in a terminal counts as the fix, even if it is not recognised as a change.
  const fixed = events.findLast(
    (event) => (event.type === 'action-run' && event.kind === 'change' && event.ok) || (event.type === 'command-run' && event.status === 0),
  )
  if (started?.type !== 'drill-started' || !fixed) throw new FiredrillError('wrong-state', 'nothing was carried out that could be recorded')
  const endedAt = events.find((event) => event.type === 'drill-finished')?.at ?? Infinity
  const during = samples.filter(({ at }) => at >= started.at && at <= endedAt)
  const before = during[0]?.users ?? { good: 0, slow: 0, failed: 0 }
  return recording.parse({
    scenario: started.scenario,
    fixedAtMs: fixed.at - started.at,
    moments: during.map(({ at, users, components, oldestUnfulfilledSeconds, backlog, deadLetters, stalePrices }) => ({
      ms: at - started.at,
      users: users && {
        good: users.good - before.good,
        slow: users.slow - before.slow,
        failed: users.failed - before.failed,
      },
      oldestUnfulfilledSeconds,
      backlog,
      deadLetters,
      stalePrices,
      unwell: components.filter(({ healthy }) => !healthy).map(({ name, state, detail }) => ({ name, state, detail })),
    })),
    pages: events.flatMap((event) => {
      if (event.type === 'page-received') return [{ ms: event.at - started.at, status: 'firing', alert: event.alert }]
      if (event.type === 'page-resolved') return [{ ms: event.at - started.at, status: 'resolved', alert: event.alert }]
      return []
    }),
  })
}

/** The file of a recording. For a scenario with variants, simulated trainees play the first one, whose file has the scenario's name. */
export const recordingFile = (folder: string, scenario: string, variant: string | null = null): string =>
  path.join(folder, `${scenario}${variant === null ? '' : `.${variant}`}.json`)

/** The recording of a scenario in a folder; null without one. */
export function readRecording(folder: string, scenario: string): Recording | null {
  const file = recordingFile(folder, scenario)
  if (!existsSync(file)) return null
  const parsed = recording.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new FiredrillError('bad-request', `${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message}`)
}
