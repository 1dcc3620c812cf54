import { FiredrillError } from '../../../model/errors.ts'

/**
 * Throws `unsupported` for what a shop in a cluster cannot do, which `lacks` of its range reports beforehand. `what` is the subject of a sentence,
 * such as "a slow cache".
 */
export const unavailable = (what: string): never => {
  throw new FiredrillError('unsupported', `${what} is not available on Kubernetes`)
}
