import type { LoadShape } from '../model/api.ts'
import { describeError } from '../model/errors.ts'
import type { Range } from '../model/range.ts'

const everyMs = 1_000

/** How many users a shape wants so many seconds after its start. */
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

/** Steers the number of users along a shape, until it is over or another takes its place. */
export class LoadDriver {
  readonly #range: Range
  #shape: LoadShape | null = null
  #startedAt = 0
  #timer: NodeJS.Timeout | undefined
  #asked: number | null = null

  constructor(range: Range) {
    this.#range = range
  }

  get shape(): LoadShape | null {
    return this.#shape
  }

  start(shape: LoadShape): void {
    this.stop()
    this.#shape = shape
    this.#startedAt = Date.now()
    void this.#step(shape)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#shape = null
    this.#asked = null
  }

  async #step(shape: LoadShape): Promise<void> {
    if (this.#shape !== shape) return
    const elapsed = (Date.now() - this.#startedAt) / 1_000
    const users = usersAt(shape, elapsed)
    try {
      if (users !== this.#asked) await this.#range.load.setUsers(users)
      this.#asked = users
    } catch (error) {
      process.stderr.write(`load shape: ${describeError(error)}\n`)
    }
    if (this.#shape !== shape) return
    if (isOver(shape, elapsed)) this.stop()
    else this.#timer = setTimeout(() => void this.#step(shape), everyMs)
  }
}
