import { FiredrillError } from '../model/errors.ts'
import { turns } from '../range/in-turn.ts'

/** Maximum number of waiting requests; others are told to retry. */
const mostWaiting = 8

/** Runs expensive computations one at a time, so that quick requests are served in between. */
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
