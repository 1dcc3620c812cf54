import type { Sample } from '../../model/check.ts'
import type { Sampler } from '../sampler.ts'
import { allRunning } from './paper-range.ts'

/** Measurements of one second: the responses that users got, and the state of orders and queues. */
export type Second = Pick<Sample, 'components' | 'oldestUnfulfilledSeconds' | 'backlog' | 'deadLetters' | 'stalePrices'> & {
  users: { good: number; slow: number; failed: number } | null
}
/** A second in which nothing is wrong. */
export const well = (): Second => ({
  components: allRunning(),
  users: { good: 20, slow: 0, failed: 0 },
  oldestUnfulfilledSeconds: 1,
  backlog: 0,
  deadLetters: 0,
  stalePrices: 0,
})

/** Simulated measurements, in place of those of a real range; the checks, the engine and the milestones are the real ones. */
export class Measured implements Sampler {
  readonly #samples: Sample[] = []
  readonly #listeners: ((sample: Sample) => void | Promise<void>)[] = []
  readonly #users
  next: (second: number) => Second = well
  #second = 0

  /** @param users what Locust has counted before. */
  constructor(users = { good: 0, slow: 0, failed: 0 }) {
    this.#users = { ...users }
  }

  /** The one of the next control plane: Locust's counts continue. */
  again(): Measured {
    return new Measured(this.#users)
  }

  samples = (): readonly Sample[] => this.#samples
  components = () => this.#samples.at(-1)?.components ?? []
  onSample = (listener: (sample: Sample) => void | Promise<void>): void => void this.#listeners.push(listener)
  seen = async (): Promise<void> => {}
  stop = (): void => {}

  async tick(at: number): Promise<void> {
    const { users, ...rest } = this.next(this.#second++)
    for (const outcome of ['good', 'slow', 'failed'] as const) this.#users[outcome] += users?.[outcome] ?? 0
    const sample = { ...rest, at, users: users && { ...this.#users } }
    this.#samples.push(sample)
    if (this.#samples.length > 60) this.#samples.shift()
    await Promise.all(this.#listeners.map((listener) => listener(sample)))
  }
}
