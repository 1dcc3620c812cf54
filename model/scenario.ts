import { z } from 'zod'
import { shopComponentName } from './components.ts'
import type { People } from './people.ts'
import { scenarioVariants, type Draw } from './scenario-variants.ts'
import { duration, someTime } from './scenario-duration.ts'
import { scenarioId, scenarioKinds } from './scenario-kinds.ts'

export * from './milestone-names.ts'
export { duration, someTime } from './scenario-duration.ts'

/** Rungs of a hint ladder: where to look, what to look at, what to do. */
export const hintRungs = ['orient', 'point', 'tell'] as const
export const hintRung = z.enum(hintRungs)
export type HintRung = z.infer<typeof hintRung>

export const causeCategories = [
  'release',
  'configuration',
  'database',
  'cache',
  'queue',
  'capacity',
  'process',
  'third-party',
  'mesh-policy',
  'network',
  'certificate',
] as const
export const causeCategory = z.enum(causeCategories)
export type CauseCategory = z.infer<typeof causeCategory>

const hintLadder = z.strictObject({ orient: z.string().min(1), point: z.string().min(1), tell: z.string().min(1) })

/** Easiest first. */
export const difficulties = ['beginner', 'intermediate', 'advanced'] as const
const difficulty = z.enum(difficulties)
export type Difficulty = z.infer<typeof difficulty>

/** A place in the console or in the telemetry that counts as having looked. */
export const viewKinds = ['dashboard', 'trace', 'logs', 'alerts', 'queue', 'database', 'cache', 'deploys', 'mesh'] as const
export const viewKind = z.enum(viewKinds)
export type ViewKind = z.infer<typeof viewKind>

/** An action, or what is typed in a terminal where there is no action for it. */
const solutionStep = z
  .strictObject({
    action: z.string().optional(),
    params: z.record(z.string(), z.unknown()).default({}),
    /** For bash in the shop's terminal; must end with status 0. */
    terminal: z.string().min(1).max(4_000).optional(),
    why: z.string(),
  })
  .refine(({ action, terminal }) => (action === undefined) !== (terminal === undefined), 'write either an action or a terminal command')

/** Fields of a scenario: as `scenario.yaml` has them, with durations as text, or as they are read, in milliseconds. */
export const scenarioFields = (duration: z.ZodType<number>, someTime: z.ZodType<number>) => {
  const milestone = z.strictObject({
    /** Time from the start of the drill within which a steady engineer gets there. */
    par: someTime,
    hints: hintLadder,
  })
  return {
    id: scenarioId,
    title: z.string().min(1).max(60),
    /** Shown in the catalogue, to trainees: tells the symptom, never the cause. */
    summary: z.string().min(1).max(300),
    difficulty,
    skills: z.array(z.string().min(1)).min(1),
    ...scenarioKinds,
    ...scenarioVariants,
    /** After this the drill ends by itself. */
    limit: someTime,
    /** Faults, each at a time after the start. */
    timeline: z
      .array(
        z.strictObject({
          at: duration,
          fault: z.string(),
          params: z.record(z.string(), z.unknown()).default({}),
          /** Taken out after this by itself: a trigger. Without it, it stays for as long as the drill. */
          for: someTime.optional(),
        }),
      )
      .min(1),
    alerts: z.strictObject({
      /** Pages that must come, each within its bound from the last fault of the timeline. Instead of one, any of those in its `or` will do. */
      expected: z.array(z.strictObject({ name: z.string(), or: z.array(z.string()).min(1).optional(), within: someTime })).min(1),
      /** Pages that may come as well: known cascades of the same cause. `*` stands for any ending. */
      allowed: z.array(z.string()).default([]),
    }),
    cause: z.strictObject({
      component: shopComponentName,
      category: causeCategory,
      /** Other pairs that name the same thing from another side. */
      accept: z.array(z.strictObject({ component: shopComponentName, category: causeCategory })).default([]),
    }),
    /** Views that prove the trainee has found the right place: any one of them. */
    located: z.array(z.strictObject({ view: viewKind, component: shopComponentName })).min(1),
    milestones: z.strictObject({
      acknowledged: milestone,
      located: milestone,
      diagnosed: milestone,
      mitigated: milestone,
      recovered: milestone,
    }),
    /** Applied by `verify`, and shown in the debrief. */
    solution: z.array(solutionStep).min(1),
    /** Actions that make things worse here, and why. */
    harmful: z
      .array(z.strictObject({ action: z.string(), params: z.record(z.string(), z.unknown()).default({}), why: z.string() }))
      .default([]),
    /** How far the coach may make it easier for who gets no further with every hint; without it, not at all. */
    ease: z
      .strictObject({
        /** As many users, instead of those of the range. */
        users: z.number().int().min(1).optional(),
        /** Other values for parameters of a step of the timeline, counted from 0. */
        steps: z.array(z.strictObject({ step: z.number().int().min(0), params: z.record(z.string(), z.unknown()) })).default([]),
        /** Told to the trainee; names nothing that is to be found. */
        what: z.string().min(1).max(200),
      })
      .optional(),
    runbooks: z.array(z.string()).default([]),
  }
}
export const scenarioSchema = z.strictObject(scenarioFields(duration, someTime))
/** The pages of which any will do where a scenario expects one. */
export const anyOf = ({ name, or = [] }: { name: string; or?: readonly string[] | undefined }): string[] => [name, ...or]

export type Scenario = z.output<typeof scenarioSchema> & {
  /** Markdown, shown at the start. */
  story: string
  /** Markdown, shown only after the drill. */
  debrief: string
  /** From `people.yaml`, where the folder has one. */
  people?: People
  /** How it is drawn for each drill; not there when it is always the same. */
  versions?: Versions | undefined
  /** Of a shift, which is played as a drill is: its incidents, in the order in which they begin. Then `cause` and `located` say nothing. */
  incidents?: readonly Incident[]
}
/** How soon an incident of a shift is to be dealt with, by what it does to users. */
export const urgencies = ['now', 'soon', 'later'] as const
export type Urgency = (typeof urgencies)[number]

/** One incident of a shift. */
export interface Incident {
  /** In the order in which they begin, from 1. Those who play know an incident by another number: in the order in which they were paged. */
  place: number
  /** As it was drawn; its own timeline begins with it. */
  scenario: Scenario
  /** When it begins, on the clock of the shift, in milliseconds. */
  at: number
  /** Its first step comes this much earlier, in milliseconds: until it begins it is a ticket, by this alert. */
  slowBurn?: { for: number; ticket: string } | undefined
  /** The places of its own timeline's steps in that of the shift. */
  steps: readonly number[]
  /** Ids of the checks that fail because of it: it has recovered when these pass again. */
  breaks: readonly string[]
  urgency: Urgency
}
export interface Versions {
  /** The scenario as a drill's seed draws it, or its first variant when there is none of that name. */
  of(draw: Draw): Scenario
}

/** Whether it can only be solved in a terminal. */
export const needsTerminal = ({ solution }: Pick<Scenario, 'solution'>): boolean => solution.some(({ terminal }) => terminal !== undefined)

/** The steps of a solution that are actions. */
export const actionsOf = ({ solution }: Pick<Scenario, 'solution'>): { action: string; params: Record<string, unknown> }[] =>
  solution.flatMap(({ action, params }) => (action === undefined ? [] : [{ action, params }]))

/** What a trainee may see of a scenario before its debrief. */
export const scenarioCard = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  difficulty,
  skills: z.array(z.string()),
  parMs: z.number(),
  limitMs: z.number(),
  story: z.string(),
  best: z.object({ score: z.number(), drill: z.string() }).nullable(),
  plays: z.number(),
  /** Whether the range, where its shop runs, can be broken in the way that this scenario takes. */
  playable: z.boolean(),
  /** Names of its variants, for the instructor alone. */
  variants: z.array(z.string()).optional(),
})
export type ScenarioCard = z.infer<typeof scenarioCard>

/** How many can be played of each difficulty. */
export const countPlayable = (cards: readonly Pick<ScenarioCard, 'difficulty' | 'playable'>[]): Record<Difficulty, number> => {
  const count = (level: Difficulty) => cards.filter(({ difficulty: its, playable }) => playable && its === level).length
  return { beginner: count('beginner'), intermediate: count('intermediate'), advanced: count('advanced') }
}
