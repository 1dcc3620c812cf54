import { z } from 'zod'
import { durationMsIn, durationProblem } from './duration.ts'

/** A time in a file, such as `30s` or `5m`; in milliseconds once it is read. */
export const duration = z.string({ error: ({ input }) => durationProblem(input) }).transform((text, context) => {
  const ms = durationMsIn(text)
  if (ms !== null) return ms
  context.addIssue({ code: 'custom', message: durationProblem(text) })
  return z.NEVER
})
/** A duration above zero. */
export const someTime = duration.refine((ms) => ms > 0, 'takes no time: write at least 1s')
