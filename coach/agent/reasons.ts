import { APICallError, InvalidResponseDataError, NoOutputGeneratedError } from 'ai'
import { describeError } from '../../model/errors.ts'

const longest = 300

/** Why a model gave no answer, in one line for the operator: what its server answered, and what to do if that is known. */
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

/** The stream ended without an end signal: some servers never send one, others were cut. Includes mistakes in the data. */
export const breaksOff = (error: unknown): boolean => InvalidResponseDataError.isInstance(error) && error.data === undefined

/** How long the server asks for no calls, by `Retry-After` of a 429 or 503; null if it does not say. */
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
