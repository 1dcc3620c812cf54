import { isDeepStrictEqual } from 'node:util'
import { FiredrillError } from '../model/errors.ts'

/** Throws `outdated` where something is not any more as it was read by whoever changes it; without what was read, nothing is compared. */
export function mustBeUnchanged<Value>(what: string, now: Value, read: Value | null | undefined): void {
  if (read !== null && read !== undefined && !isDeepStrictEqual(now, read))
    throw new FiredrillError('outdated', `the ${what} changed since it was read: read it again, and change that`)
}
