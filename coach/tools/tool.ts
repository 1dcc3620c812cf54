import type { z } from 'zod'
import type { CoachView } from '../agent/view.ts'

/** What the coach can do to a drill. The control plane carries it out, and holds each act against the policy once more. */
export interface CoachDesk {
  view(): CoachView
  /** The next hint, if the policy gives one to who asks; otherwise in how many milliseconds. */
  releaseHint(): { given: { milestone: string; rung: string; text: string } } | { waitMs: number }
  extend(): void
  ease(): Promise<void>
  pause(): void
  finish(): Promise<void>
  /** Lets the coach say something beside its answer. What may not go out does not come this far. */
  say(text: string): void
}

export interface CoachTool<Input extends z.ZodType = z.ZodType> {
  name: string
  description: string
  input: Input
  /** How often it may be used in a minute. */
  perMinute: number
  /** Why it may not be used now, or null. What the model wishes for does not come into it. */
  refuse(view: CoachView): string | null
  run(desk: CoachDesk, input: z.output<Input>): unknown
}

/** Keeps the type of the input while the registry forgets it. */
export const coachTool = <Input extends z.ZodType>(tool: CoachTool<Input>): CoachTool => tool as unknown as CoachTool

export const always = (): null => null
export const whenPolicy =
  (kind: CoachView['mayNow']) =>
  (view: CoachView): string | null =>
    view.mayNow === kind ? null : `the policy says ${view.mayNow}`
