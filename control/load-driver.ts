import type { LoadShape } from '../model/api.ts'
import { describeError } from '../model/errors.ts'
import type { Range } from '../model/range.ts'
import { turns } from '../range/in-turn.ts'

const everyMs = 1_000

/** The number of users of a shape, this many seconds after its start. */
export function usersAt({ kind, users, peak, seconds }: LoadShape, elapsed: number): number {
  switch (kind) {
    case 'steady':
      return users
    case 'ramp':
      return Math.round(users + (peak - users) * Math.min(1, elapsed / seconds))
    case 'spike':
      return elapsed < seconds ? peak : users
    case 'wave':
      return Math.round(users + ((peak - users) * (1 - Math.cos((2 * Math.PI * elapsed) / seconds))) / 2)
  }
}

const isOver = ({ kind, seconds }: LoadShape, elapsed: number): boolean => kind !== 'wave' && elapsed >= seconds

/** Changes the number of users along a shape, until it is over or replaced by another. */
export class LoadDriver {
  readonly #range: Range
  #shape: LoadShape | null = null
  #startedAt = 0
  #timer: NodeJS.Timeout | undefined
  #asked: number | null = null
  /** Locust takes a while to reach a number: the next request waits for that, or it could be overtaken. */
  readonly #inTurn = turns()

  constructor(range: Range) {
    this.#range = range
  }

  get shape(): LoadShape | null {
    return this.#shape
  }

  /**
   * The load for drills and resets, which restore the number of users: their requests come after those that a shape has already made, and replace
   * them.
   */
  get ordered(): Range['load'] {
    const range = this.#range
    return {
      get usual() {
        return range.load.usual
      },
      status: async () => {
        await this.#settled()
        return range.load.status()
      },
      setUsers: (users) => this.#inTurn(() => range.load.setUsers(users)),
      mix: () => range.load.mix(),
      setMix: (mix) => range.load.setMix(mix),
    }
  }

  start(shape: LoadShape): void {
    void this.stop()
    this.#shape = shape
    this.#startedAt = Date.now()
    void this.#step(shape)
  }

  /** Ends the shape. Resolves when its last request is complete. */
  stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#shape = null
    this.#asked = null
    return this.#settled()
  }

  /** Ends the shape, and sets a fixed number of users. */
  async setUsers(users: number): Promise<void> {
    void this.stop()
    await this.#inTurn(() => this.#range.load.setUsers(users))
  }

  #settled(): Promise<void> {
    return this.#inTurn(async () => {})
  }

  async #step(shape: LoadShape): Promise<void> {
    if (this.#shape !== shape) return
    const elapsed = (Date.now() - this.#startedAt) / 1_000
    const users = usersAt(shape, elapsed)
    try {
      await this.#inTurn(async () => {
        if (this.#shape === shape && users !== this.#asked) await this.#range.load.setUsers(users)
      })
      if (this.#shape === shape) this.#asked = users
    } catch (error) {
      process.stderr.write(`load shape: ${describeError(error)}\n`)
    }
    if (this.#shape !== shape) return
    if (isOver(shape, elapsed)) void this.stop()
    else this.#timer = setTimeout(() => void this.#step(shape), everyMs)
  }
}
