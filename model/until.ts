import { FiredrillError } from './errors.ts'

/** Waits until something holds; throws `timed-out` when it has not within `deadlineMs`. */
export async function until(what: string, deadlineMs: number, holds: () => Promise<boolean>, everyMs = 250): Promise<void> {
  const giveUpAt = Date.now() + deadlineMs
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new FiredrillError('timed-out', `waited ${Math.round(deadlineMs / 1_000)} s for ${what}, in vain`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
