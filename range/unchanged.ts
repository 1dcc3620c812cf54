import { isDeepStrictEqual } from 'node:util'
import { FiredrillError } from '../model/errors.ts'

/** Throws `outdated` if something differs from what the caller has read; if the caller has read nothing, there is no comparison. */
export function mustBeUnchanged<Value>(what: string, now: Value, read: Value | null | undefined): void {
  if (read !== null && read !== undefined && !isDeepStrictEqual(now, read))
    throw new FiredrillError('outdated', `the ${what} changed since it was read: read it again, and change that`)
}
