import { APICallError, InvalidResponseDataError, NoOutputGeneratedError } from 'ai'
import { describeError } from '../../model/errors.ts'

const longest = 300

/** Why a model said nothing, in one line for who looks after the drill: what its server answered, and what to do where that is known. */
export function reasonFor(error: unknown): string {
  if (breaksOff(error)) return 'the answer breaks off: the connection ended in the middle of it'
  if (InvalidResponseDataError.isInstance(error))
    return line(`its server sent what cannot be read: ${error.message}: ${JSON.stringify(error.data)}`)
  if (NoOutputGeneratedError.isInstance(error)) return 'an empty answer'
  if (!APICallError.isInstance(error)) return line(describeError(error))
  const status = error.statusCode === undefined ? '' : `HTTP ${error.statusCode}: `
  const wait = retryAfterMs(error)
  const tools = /tool|function/i.test(error.message) && error.statusCode === 400 ? ' (set the model with --no-tools)' : ''
  return line(`${status}${describeError(error)}${wait === null ? '' : ` (asks to wait for ${Math.ceil(wait / 1_000)} s)`}${tools}`)
}

/** The stream ended without the model having said that it is done: some servers never do, others were cut. What is wrong in the data comes with it. */
export const breaksOff = (error: unknown): boolean => InvalidResponseDataError.isInstance(error) && error.data === undefined

/** For how long the server wants to be left alone, by `Retry-After` of a 429 or 503; null where it does not say. */
export function retryAfterMs(error: unknown, now = Date.now()): number | null {
  if (!APICallError.isInstance(error) || ![429, 503, 529].includes(error.statusCode ?? 0)) return null
  const given = error.responseHeaders?.['retry-after']
  if (given === undefined) return null
  const ms = /^\d+(\.\d+)?$/.test(given) ? Number(given) * 1_000 : Date.parse(given) - now
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), 3_600_000) : null
}

const line = (text: string): string => {
  const plain = text.replaceAll(/\s+/g, ' ').trim()
  return plain.length <= longest ? plain : `${plain.slice(0, longest)}…`
}
