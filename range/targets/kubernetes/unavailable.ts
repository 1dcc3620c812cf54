import { FiredrillError } from '../../../model/errors.ts'

/**
 * Throws `unsupported` for what the shop in a cluster cannot do: `lacks` of its range says so before anybody asks. `what` is the subject of a sentence,
 * such as "a slow cache".
 */
export const unavailable = (what: string): never => {
  throw new FiredrillError('unsupported', `${what} is not available on Kubernetes`)
}
