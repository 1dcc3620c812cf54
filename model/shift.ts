import { z } from 'zod'
import { difficulties, duration, someTime, urgencies } from './scenario.ts'
import { scenarioId } from './scenario-kinds.ts'

/** An incident that is a ticket at first. */
const slowBurnOf = (someTime: z.ZodType<number>) =>
  z.strictObject({
    /** The first step of its scenario comes at `at`, and the others this much later. Until then nothing pages, and the incident has not begun. */
    for: someTime,
    /** The alert that fires meanwhile. */
    ticket: z.string(),
    /** What is different in the first step, so that it does not page: parameters of its fault. */
    params: z.record(z.string(), z.unknown()).default({}),
  })

export type SlowBurn = z.output<ReturnType<typeof slowBurnOf>>

const incidentOf = (duration: z.ZodType<number>, someTime: z.ZodType<number>) =>
  z.strictObject({
    /** When it begins, on the clock of the shift. */
    at: duration,
    scenario: scenarioId,
    slowBurn: slowBurnOf(someTime).optional(),
    /** Without one, the seed of the shift draws it. */
    variant: z.string().optional(),
    /** The checks that fail because of it. It has recovered when they pass again, whatever else is still broken. */
    breaks: z.array(z.string()).min(1),
    urgency: z.enum(urgencies),
    /** For the debrief: why it was as urgent as that. */
    why: z.string().min(1).max(300),
  })

const noiseOf = (duration: z.ZodType<number>, someTime: z.ZodType<number>) =>
  z.strictObject({
    at: duration,
    fault: z.string(),
    params: z.record(z.string(), z.unknown()).default({}),
    /** It is over by itself. */
    for: someTime,
    /** The alerts that may fire because of it; `*` stands for any ending. */
    alerts: z.array(z.string()).min(1),
    /** For the debrief: what it was, and how that could be seen. */
    what: z.string().min(1).max(300),
  })

/** Fields of a shift: as `shift.yaml` has them, with durations as text, or as they are read, in milliseconds. */
export const shiftFields = (duration: z.ZodType<number>, someTime: z.ZodType<number>) => ({
  id: scenarioId,
  title: z.string().min(1).max(60),
  /** Shown in the catalogue: who has this shift, and when. */
  summary: z.string().min(1).max(300),
  difficulty: z.enum(difficulties),
  limit: someTime,
  incidents: z.array(incidentOf(duration, someTime)).min(2).max(6),
  /** What pages and needs nobody: it is over before anybody could do something about it. */
  noise: z.array(noiseOf(duration, someTime)).max(6).default([]),
})
/** `shift.yaml`. */
export const shiftSchema = z.strictObject(shiftFields(duration, someTime))
export type ShiftPlan = z.output<typeof shiftSchema>

/** When an incident begins, on the clock of the shift, in milliseconds. */
export const beginsAt = ({ at, slowBurn }: Pick<ShiftPlan['incidents'][number], 'at' | 'slowBurn'>): number => at + (slowBurn?.for ?? 0)

/** The incidents of a shift in the order in which they begin. */
export const inOrderOfBeginning = ({ incidents }: Pick<ShiftPlan, 'incidents'>): ShiftPlan['incidents'] =>
  incidents.toSorted((a, b) => beginsAt(a) - beginsAt(b))

/** A shift: several incidents on one range, one after the other and at the same time. */
export interface Shift extends ShiftPlan {
  /** Markdown, shown at its start: the note from the shift before. */
  brief: string
  /** Markdown, shown only afterwards. */
  debrief: string
}

/** What a trainee may see of a shift before it is over. */
export const shiftCard = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  difficulty: z.enum(difficulties),
  limitMs: z.number(),
  brief: z.string(),
  plays: z.number(),
  best: z.object({ score: z.number(), drill: z.string() }).nullable(),
  /** Whether the range, where its shop runs, can be broken in all the ways that it takes. */
  playable: z.boolean(),
})
export type ShiftCard = z.infer<typeof shiftCard>
