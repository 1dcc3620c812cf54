import { z } from 'zod'
import type { ParamsSchema } from './params.ts'
import type { Range, RangeFeature } from './range.ts'

export interface FaultContext {
  range: Range
}

/**
 * One reversible way to break the range.
 *
 * `plan` reads the state before and returns the undo record: plain JSON, made durable with a deadline before `inject` runs.
 * `inject` and `revert` are idempotent, and `revert` works from the undo record alone, in another process if need be.
 */
interface Fault<Params extends z.ZodType = z.ZodType, Undo = unknown> {
  id: string
  title: string
  /** What a user or an operator would notice. */
  effect: string
  category: FaultCategory
  params: Params
  /** Parameters, numbers all, that `inject` can change while the fault is in, without a restart of anything: these can ramp. */
  ramps?: readonly string[]
  /** What a range must be able to do for it. Also asked with some or all of the parameters left out, for what it needs whatever these are. */
  needs?(params: z.output<Params>): readonly RangeFeature[]
  plan(context: FaultContext, params: z.output<Params>): Promise<Undo>
  inject(context: FaultContext, params: z.output<Params>, undo: Undo): Promise<void>
  revert(context: FaultContext, undo: Undo): Promise<void>
  /** Something that differs while the fault is in, as a comparable value: what the contract suite observes. */
  observe(context: FaultContext, params: z.output<Params>): Promise<unknown>
}

export const faultCategories = [
  'process',
  'release',
  'config',
  'database',
  'cache',
  'queue',
  'mesh',
  'cluster',
  'load',
  'observability',
  'none',
] as const
type FaultCategory = (typeof faultCategories)[number]

/** A fault whose parameter and undo types the registry no longer needs to know. */
export type AnyFault = Fault<z.ZodType, unknown>

/** Erases the types once they have been checked against one another. */
export function defineFault<Params extends z.ZodType, Undo>(fault: Fault<Params, Undo>): AnyFault {
  // Safe: the engine only ever hands a fault the params that its own schema parsed and the undo record that its own plan made.
  return fault as unknown as AnyFault
}

/** A fault as an instructor chooses it. */
export interface OfferedFault {
  id: string
  title: string
  effect: string
  category: FaultCategory
  /** Parameters that can ramp. */
  ramps: readonly string[]
  params: ParamsSchema
  /** What it needs with whatever parameters and the range lacks; empty if it can be injected. */
  lacks: RangeFeature[]
  /** By parameter and by its choice, what more the range lacks for that choice; only choices that are impossible. */
  lacksWith: Record<string, Record<string, RangeFeature[]>>
}

export const faultState = z.enum(['planned', 'injected', 'reverting', 'reverted', 'failed'])
export type FaultState = z.infer<typeof faultState>

/**
 * The states from which a fault may move to each; the ledger refuses every other move. A fault begins as planned, and
 * one that is out stays out, unless something of it comes late and has it opened again. It is `failed` when it could not be reverted, also from `planned` or `injected`: the move to `reverting` may not have been written.
 */
export const faultMoves = {
  planned: [],
  injected: ['planned'],
  reverting: ['planned', 'injected', 'reverting', 'failed'],
  failed: ['planned', 'injected', 'reverting'],
  reverted: ['planned', 'injected', 'reverting', 'failed'],
} as const satisfies Record<FaultState, readonly FaultState[]>

/** One parameter that moves evenly from `from` to its value in the fault's params. */
export const faultRamp = z.object({
  param: z.string(),
  from: z.number(),
  overMs: z.number().int().min(1_000).max(3_600_000),
})
export type FaultRamp = z.infer<typeof faultRamp>

/** One injection, as kept in the ledger. Moments are in milliseconds since the epoch. */
export const faultRecord = z.object({
  instance: z.string(),
  fault: z.string(),
  params: z.unknown(),
  undo: z.unknown(),
  drill: z.string().nullable(),
  state: faultState,
  plannedAt: z.number(),
  injectedAt: z.number().nullable(),
  deadlineAt: z.number(),
  revertedAt: z.number().nullable(),
  error: z.string().nullable(),
  ramp: faultRamp.nullable(),
})
export type FaultRecord = z.infer<typeof faultRecord>
