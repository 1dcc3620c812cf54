import type { DrillEvent } from '../../model/drill.ts'
import type { Scenario } from '../../model/scenario.ts'

/** Something that was done to the shop. */
export type Acted = Extract<DrillEvent, { type: 'action-run' | 'command-run' }>

/** Whether an action is a step of the author's solution, or changes the component that is the cause. */
export function isInSolution(scenario: Scenario, event: Acted): boolean {
  const done = doneBy(event)
  return stepsIn(scenario, event).size > 0 || (done !== undefined && Object.values(done.params).includes(scenario.cause.component))
}

/** The steps of the author's solution that it matches. */
export function stepsIn({ solution }: Scenario, event: Acted): Set<number> {
  const done = doneBy(event)
  const isStep = ({ action, terminal, params }: Scenario['solution'][number]): boolean =>
    (event.type === 'command-run' && terminal?.trim() === event.command.trim()) ||
    (done !== undefined &&
      action === done.action &&
      Object.entries(params).every(([key, value]) => String(value).startsWith('$') || done.params[key] === value))
  return new Set(solution.flatMap((each, step) => (isStep(each) ? [step] : [])))
}

/** The action that was run, or that is equivalent to a command; undefined if there is none. */
export const doneBy = (event: Acted) => (event.type === 'action-run' ? event : event.sameAs)

/** Whether it was done as the solution says. */
export const hasWorked = (event: Acted): boolean => (event.type === 'action-run' ? event.ok : event.status === 0)
