import type { Sample } from '../../model/check.ts'
import type { ComponentStatus } from '../../model/components.ts'
import type { Sampler } from '../sampler.ts'
import { allRunning } from './paper-range.ts'
import type { Moment, Recording } from './recording.ts'

/** How many of the last samples before the fix are repeated while nobody fixes it. */
const loopedMoments = 10
const keptSamples = 60

/** A recording being played: broken until it is fixed, then as it recovered. */
class Track {
  readonly #moments: readonly Moment[]
  readonly #fixedAt: number
  #next = 0
  #isFixed = false

  constructor({ moments, fixedAtMs }: Recording) {
    this.#moments = moments
    this.#fixedAt = moments.findIndex(({ ms }) => ms >= fixedAtMs)
  }

  fix(): void {
    this.#isFixed = true
    this.#next = Math.max(0, this.#fixedAt)
  }

  /** The next sample with the previous one; undefined once it has recovered. */
  take(): { moment: Moment; before: Moment | undefined } | undefined {
    const [moment, before] = [this.#moments[this.#next], this.#moments[this.#next - 1]]
    this.#next++
    if (!this.#isFixed && this.#next >= this.#fixedAt) this.#next = Math.max(1, this.#fixedAt - loopedMoments)
    return moment && { moment, before }
  }
}

/** Samples from recordings, of which several may be played at once: then the worst of each value. Healthy before one begins, and after it. */
export class ReplaySampler implements Sampler {
  readonly #samples: Sample[] = []
  readonly #listeners: ((sample: Sample) => void | Promise<void>)[] = []
  readonly #tracks = new Map<number, Track>()
  #users = { good: 0, slow: 0, failed: 0 }

  samples = (): readonly Sample[] => this.#samples
  components = (): ComponentStatus[] => this.#samples.at(-1)?.components ?? []
  onSample = (listener: (sample: Sample) => void | Promise<void>): void => void this.#listeners.push(listener)
  seen = async (): Promise<void> => {}
  stop = (): void => {}

  /** `number` identifies recordings that are played at the same time. */
  begin(recording: Recording, number = 0): void {
    this.#tracks.set(number, new Track(recording))
  }
  fix(number = 0): void {
    this.#tracks.get(number)?.fix()
  }
  calm(): void {
    this.#tracks.clear()
  }

  /** The next sample, as of `at`; resolves when all listeners have processed it. */
  async tick(at: number): Promise<void> {
    const seen = [...this.#tracks.values()].flatMap((track) => track.take() ?? [])
    this.#add(seen)
    const moments = seen.map(({ moment }) => moment)
    const sample: Sample = {
      at,
      components: statuses(moments),
      users: moments.some(({ users }) => users === null) ? null : { ...this.#users },
      oldestUnfulfilledSeconds: worst(moments.map((moment) => moment.oldestUnfulfilledSeconds)),
      backlog: worst(moments.map((moment) => moment.backlog)),
      deadLetters: worst(moments.map((moment) => moment.deadLetters)),
      stalePrices: worst(moments.map((moment) => moment.stalePrices)),
    }
    this.#samples.push(sample)
    if (this.#samples.length > keptSamples) this.#samples.shift()
    await Promise.all(this.#listeners.map((listener) => listener(sample)))
  }

  /** The worst harm of all that are played. */
  #add(seen: readonly { moment: Moment; before: Moment | undefined }[]): void {
    if (seen.length === 0) this.#users.good += 20
    const felt = seen.flatMap(({ moment, before }) => (moment.users && before?.users ? [since(before.users, moment.users)] : []))
    const [most] = felt.toSorted((a, b) => badShare(b) - badShare(a))
    if (most) for (const outcome of ['good', 'slow', 'failed'] as const) this.#users[outcome] += most[outcome]
  }
}

type Users = NonNullable<Sample['users']>
const since = (before: Users, now: Users): Users => ({
  good: Math.max(0, now.good - before.good),
  slow: Math.max(0, now.slow - before.slow),
  failed: Math.max(0, now.failed - before.failed),
})
const badShare = ({ good, slow, failed }: Users): number => (slow + failed) / Math.max(1, good + slow + failed)

/** The largest value, 0 without any; null if one could not be measured. */
const worst = (values: readonly (number | null)[]): number | null =>
  values.includes(null) ? null : Math.max(0, ...values.filter((value) => value !== null))

const statuses = (moments: readonly Moment[]): ComponentStatus[] =>
  allRunning().map((component) => {
    const unwell = moments.flatMap((moment) => moment.unwell).find(({ name }) => name === component.name)
    return unwell ? { ...component, ...unwell, healthy: false } : component
  })
