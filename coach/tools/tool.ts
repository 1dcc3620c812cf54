import type { z } from 'zod'
import type { CoachView } from '../agent/view.ts'

/** The coach's effects on a drill. The control plane executes them, after checking each against the policy again. */
export interface CoachDesk {
  view(): CoachView
  /** The next hint, if the policy gives one on request; otherwise the waiting time in milliseconds. */
  releaseHint(): { given: { milestone: string; rung: string; text: string } } | { waitMs: number }
  extend(): void
  ease(): Promise<void>
  pause(): void
  finish(): Promise<void>
  /** Sends a message of the coach in addition to its answer. The text has been checked already. */
  say(text: string): void
}

export interface CoachTool<Input extends z.ZodType = z.ZodType> {
  name: string
  description: string
  input: Input
  /** Maximum number of uses per minute. */
  perMinute: number
  /** Why it may not be used now, or null. It does not depend on what the model asks for. */
  refuse(view: CoachView): string | null
  run(desk: CoachDesk, input: z.output<Input>): unknown
}

/** Keeps the type of the input, which the registry erases. */
export const coachTool = <Input extends z.ZodType>(tool: CoachTool<Input>): CoachTool => tool as unknown as CoachTool

export const always = (): null => null
export const whenPolicy =
  (kind: CoachView['mayNow']) =>
  (view: CoachView): string | null =>
    view.mayNow === kind ? null : `the policy says ${view.mayNow}`
