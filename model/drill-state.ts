import { z } from 'zod'
import { alertSummary, coachMode, drillModes, hintReason, statusUpdateKind, userHarm } from './drill-events.ts'
import { audience } from './people.ts'
import { hintRung, milestoneName } from './scenario.ts'

export const drillPhases = ['running', 'paused', 'finished', 'aborted', 'void'] as const
export type DrillPhase = (typeof drillPhases)[number]

/** The last update for an audience, and when the next one was promised: in milliseconds after it. */
export const statusUpdate = z.object({
  /** Milliseconds since the epoch. */
  at: z.number(),
  status: statusUpdateKind,
  text: z.string(),
  audience,
  nextInMs: z.number().nullable(),
})
export type StatusUpdate = z.infer<typeof statusUpdate>

/** When each milestone was first reached, in milliseconds since the epoch; null while it is not. */
export const reachedMilestones = z.record(milestoneName, z.number().nullable())

/** A drill, folded from its events. Moments are in milliseconds since the epoch. */
export const drillState = z.object({
  id: z.string(),
  scenario: z.string().describe('The shift’s id, for a shift.'),
  /** The results of its incidents are computed separately (`drills/shifts/incidents.ts`). */
  shift: z.boolean().describe('Whether it is a shift.'),
  mode: z.enum(drillModes),
  trainee: z.string(),
  phase: z.enum(drillPhases),
  outcome: z.enum(['resolved', 'time-up', 'given-up']).nullable(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  limitMs: z.number().describe('On the drill’s own clock, which stops in a pause.'),
  pauses: z.array(z.object({ from: z.number(), to: z.number().nullable() })),
  skips: z.array(z.object({ at: z.number(), byMs: z.number() })).describe('By how much its clock was advanced, and when.'),
  harmPaused: userHarm.describe('Failures that users had during pauses.'),
  seed: z.number(),
  variant: z.string().nullable(),
  number: z.number().describe('0 for a drill from a version in which drills had no numbers.'),
  blind: z.boolean(),
  communications: z.boolean().describe('Whether the score includes how well others were kept informed, whatever the scenario says.'),
  usersBefore: userHarm.nullable(),
  fingerprint: z.string(),
  milestones: reachedMilestones,
  injectedSteps: z.array(z.number()).describe('Timeline steps already executed.'),
  lastInjectedAt: z.number().nullable(),
  firing: z.array(alertSummary),
  pagedAt: z.number().nullable(),
  escalatedAt: z.number().nullable(),
  paged: z.array(z.string()),
  hints: z.array(z.object({ milestone: milestoneName, rung: hintRung, text: z.string(), reason: hintReason, at: z.number() })),
  coach: coachMode,
  snoozedUntil: z.number().describe('Until then the trainee wants no unrequested hint.'),
  easedAt: z.number().nullable(),
  wrappedUpAt: z.number().nullable().describe('When the coach warned that time is running out.'),
  wrongCauses: z.number(),
  toolCalls: z.number().describe('MCP tools that an agent called.'),
  updates: z.array(statusUpdate).describe('Status updates, oldest first.'),
  harmfulActions: z.number(),
  changes: z.number(),
  healthy: z.boolean().nullable(),
  wasBroken: z.boolean().describe('Whether a check has failed since the first fault.'),
  harm: userHarm,
  lastEventAt: z.number(),
})
export type DrillState = z.infer<typeof drillState>

/** A drill without what only the instructor may know; for a blind drill, also without what is played. */
export const toldDrill = drillState.omit({
  injectedSteps: true,
  lastInjectedAt: true,
  seed: true,
  fingerprint: true,
  usersBefore: true,
  wasBroken: true,
  lastEventAt: true,
})
export type ToldDrill = z.infer<typeof toldDrill>
