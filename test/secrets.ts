import { faults } from '../drills/faults/registry.ts'
import type { Scenario } from '../model/scenario.ts'

/** Texts that are only for the author, the instructor and the debrief. */
export function secretsOf(plan: Scenario): string[] {
  return [
    ...faults
      .filter((fault) => plan.timeline.some((step) => step.fault === fault.id))
      .flatMap(({ id, title, effect }) => [id, title, effect]),
    ...Object.values(plan.milestones).flatMap((milestone) => Object.values(milestone.hints)),
    ...plan.solution.map((step) => step.why),
    ...plan.harmful.map((action) => action.why),
    // A line without content of its own would be found anywhere.
    plan.debrief.split('\n').findLast((line) => line.trim().length >= 20) ?? '',
  ].filter((secret) => secret.length > 3)
}

/** Whether a text contains it: not as the beginning of a longer word, as in the URL of an article about queue-backlogs. */
export function tells(text: string, secret: string): boolean {
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
    const after = text.at(at + secret.length)
    if (!/\w/.test(secret.at(-1) ?? '') || after === undefined || !/\w/.test(after)) return true
  }
  return false
}
