import { FiredrillError } from '../model/errors.ts'
import { turns } from '../range/in-turn.ts'

/** So many wait at most; who comes then is told to come back. */
const mostWaiting = 8

/** What takes a while to work out is worked out one at a time, so that what is quick goes on beside it. */
export class Heavy {
  readonly #inTurn = turns()
  #waiting = 0

  /** Throws `too-many-requests` when too many wait already. */
  async one<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#waiting >= mostWaiting)
      throw new FiredrillError('too-many-requests', `${mostWaiting} such requests are waiting already: try again in a few seconds`)
    this.#waiting++
    try {
      return await this.#inTurn(work)
    } finally {
      this.#waiting--
    }
  }
}
