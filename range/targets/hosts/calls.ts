import { z } from 'zod'
import { FiredrillError, describeError } from '../../../model/errors.ts'

/** A call to the shop's host: the method and its arguments. */
const callRequest = z.object({
  method: z.string(),
  args: z.array(z.unknown()),
  /** Timeout in milliseconds; for the agent that passes it on. */
  timeoutMs: z.number().positive().optional(),
})
export type CallRequest = z.infer<typeof callRequest>

/** Throws `bad-request` for an invalid call. */
export function readCall(text: string): CallRequest {
  try {
    return callRequest.parse(JSON.parse(text))
  } catch (error) {
    throw new FiredrillError('bad-request', `this is no call of a method: ${describeError(error)}`, { cause: error })
  }
}

const callAnswer = z.object({ result: z.unknown() })

/** The result of a call. Throws `component-failed` for an invalid answer. */
export function resultIn(answer: unknown, method: string): unknown {
  const read = callAnswer.safeParse(answer)
  if (!read.success) throw new FiredrillError('component-failed', `${method} was answered with no result`)
  return read.data.result
}
