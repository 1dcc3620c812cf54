import { FiredrillError } from '../../../model/errors.ts'

const againAfterMs = 2_000
const mostTries = 45

export const isUnsteady = (problem: unknown): problem is FiredrillError =>
  problem instanceof FiredrillError && problem.code === 'range-not-steady'

/**
 * For a mutation that starts a drill. A range that was just started, or reset, takes some seconds until its users are served: the drill starts then.
 */
export const onceSteady = {
  retry: (tries: number, problem: unknown): boolean => isUnsteady(problem) && tries < mostTries,
  retryDelay: againAfterMs,
}
