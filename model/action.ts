import { z } from 'zod'
import type { ShopComponentName } from './components.ts'
import type { Range, RangeFeature } from './range.ts'
import type { ViewKind } from './scenario.ts'

export interface ActionContext {
  range: Range
  /** Who runs it, for the deployment record. */
  by: string
}

export interface ActionResult {
  /** One line that says what was done, and to what. */
  summary: string
  /** For `inspect` actions: the output that a terminal would have shown. */
  rows?: Record<string, unknown>[]
}

/** One operation that a responder may perform. */
interface Action<Params extends z.ZodType = z.ZodType> {
  id: string
  title: string
  description: string
  /** `inspect` only looks; `change` acts on the shop and is marked on graphs. */
  kind: 'inspect' | 'change'
  /** A warning, shown before the action runs, when it may hurt users. */
  caution?: string
  params: Params
  /** Features of the range that it needs. */
  needs?: readonly RangeFeature[]
  /** The views that running it counts as having looked at: evidence for the milestone `located`. */
  looksAt?(params: z.output<Params>): { view: ViewKind; component: ShopComponentName; detail: string }
  run(context: ActionContext, params: z.output<Params>): Promise<ActionResult>
}

export type AnyAction = Action<z.ZodType>

/** An action as registries hold it, apart from the type of its parameters. */
export function defineAction<Params extends z.ZodType>(action: Action<Params>): AnyAction {
  // Safe: the engine only ever hands an action the params that its own schema parsed.
  return action as unknown as AnyAction
}
