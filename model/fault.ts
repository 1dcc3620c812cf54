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
  /** Numeric parameters that `inject` can change while the fault is active, without a restart: these can ramp. */
  ramps?: readonly string[]
  /**
   * Features of the range that it needs. It is also called with some or all parameters left out, and then returns what is needed whatever their
   * values are.
   */
  needs?(params: z.output<Params>): readonly RangeFeature[]
  plan(context: FaultContext, params: z.output<Params>): Promise<Undo>
  inject(context: FaultContext, params: z.output<Params>, undo: Undo): Promise<void>
  revert(context: FaultContext, undo: Undo): Promise<void>
  /** A comparable value that differs while the fault is injected: the contract suite observes it. */
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

/** A fault whose parameter and undo types are erased, for the registry. */
export type AnyFault = Fault<z.ZodType, unknown>

/** Erases the types once they have been checked against one another. */
export function defineFault<Params extends z.ZodType, Undo>(fault: Fault<Params, Undo>): AnyFault {
  // Safe: the engine only ever hands a fault the params that its own schema parsed and the undo record that its own plan made.
  return fault as unknown as AnyFault
}

/** A fault, as an instructor chooses one. */
export interface OfferedFault {
  id: string
  title: string
  effect: string
  category: FaultCategory
  /** Parameters that can ramp. */
  ramps: readonly string[]
  params: ParamsSchema
  /** What the range lacks for it, whatever the parameters; empty if it can be injected. */
  lacks: RangeFeature[]
  /** By parameter and value, what else the range lacks for that value; only for values that cannot be used. */
  lacksWith: Record<string, Record<string, RangeFeature[]>>
}

export const faultState = z.enum(['planned', 'injected', 'reverting', 'reverted', 'failed'])
export type FaultState = z.infer<typeof faultState>

/**
 * The states from which a fault may move to each state; the ledger refuses every other move. A fault starts as planned. One that is reverted stays
 * so, unless a late part of its injection reopens it. It is `failed` when it could not be reverted, also from `planned` or `injected`, because the
 * move to `reverting` may not have been written.
 */
export const faultMoves = {
  planned: [],
  injected: ['planned'],
  reverting: ['planned', 'injected', 'reverting', 'failed'],
  failed: ['planned', 'injected', 'reverting'],
  reverted: ['planned', 'injected', 'reverting', 'failed'],
} as const satisfies Record<FaultState, readonly FaultState[]>

/** A parameter that changes linearly from `from` to its value in the fault's params. */
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
