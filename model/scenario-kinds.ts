import { z } from 'zod'

/** Kinds of incidents; a scenario may be of several. */
export const scenarioClasses = [
  'release',
  'process',
  'configuration',
  'database',
  'data-loss',
  'cache',
  'queue',
  'network',
  'load',
  'observability',
  'security',
  'time-disk-names',
  'third-party',
  'cascading',
  'several-faults',
  'kubernetes',
] as const

/** What makes an incident harder than its fault alone, in any class. */
export const scenarioTraits = ['quick-fix-worsens', 'nothing-is-down', 'slow-growing', 'misleading-telemetry', 'red-herring'] as const

export const scenarioId = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case words joined by hyphens')

/** Something to read on the web. */
export const reading = z.strictObject({
  title: z.string().min(1).max(120),
  url: z.url({ protocol: /^https$/, error: 'write an address that begins with https://' }),
})

const distinct = <Name extends string>(names: readonly Name[]) =>
  z.array(z.enum(names)).refine((all) => new Set(all).size === all.length, 'names one twice')

/**
 * Fields of `scenario.yaml` that describe a scenario. Trainees see none of them before the debrief, because each narrows down the cause. None of them
 * changes what is played, so a proof does not cover them.
 */
export const scenarioKinds = {
  /** Counted by `firedrill scenarios --json`. */
  classes: distinct(scenarioClasses).default([]),
  traits: distinct(scenarioTraits).default([]),
  /** Scenarios of one family begin with the same symptom and page, but have different causes. */
  family: scenarioId.optional(),
  /** A public postmortem of a real incident of this kind, for the debrief. */
  reading: reading.optional(),
}
/** Names of those fields. */
export const kindFields = Object.keys(scenarioKinds)
