import type { Sample } from '../../model/check.ts'
import type { ComponentStatus } from '../../model/components.ts'
import type { Sampler } from '../sampler.ts'
import { allRunning } from './paper-range.ts'
import type { Moment, Recording } from './recording.ts'

/** So many of the last moments before the fix are seen again and again, for as long as nobody fixes it. */
const loopedMoments = 10
const keptSamples = 60

/** What the oracle sees, from a recording: calm until a drill begins, broken until it is fixed, and then as it recovered. */
export class ReplaySampler implements Sampler {
  readonly #samples: Sample[] = []
  readonly #listeners: ((sample: Sample) => void | Promise<void>)[] = []
  #recording: Recording | null = null
  #users = { good: 0, slow: 0, failed: 0 }
  /** The moment that comes next, and where that begins from which the range recovers; after the last one it is calm. */
  #next = Infinity
  #fixedAt = 0
  #fixed = false

  samples = (): readonly Sample[] => this.#samples
  components = (): ComponentStatus[] => this.#samples.at(-1)?.components ?? []
  onSample = (listener: (sample: Sample) => void | Promise<void>): void => void this.#listeners.push(listener)
  seen = async (): Promise<void> => {}
  stop = (): void => {}

  begin(recording: Recording): void {
    this.#recording = recording
    this.#fixedAt = recording.moments.findIndex(({ ms }) => ms >= recording.fixedAtMs)
    this.#fixed = false
    this.#next = 0
  }
  fix(): void {
    this.#fixed = true
    this.#next = Math.max(0, this.#fixedAt)
  }
  calm(): void {
    this.#fixed = true
    this.#next = Infinity
  }

  /** The next moment, as of `at`; resolves when everybody has dealt with it. */
  async tick(at: number): Promise<void> {
    const moments = this.#recording?.moments ?? []
    const moment = moments[this.#next]
    const before = moments[this.#next - 1]
    this.#add(moment, before)
    const sample: Sample = {
      at,
      components: statuses(moment),
      users: moment?.users === null ? null : { ...this.#users },
      oldestUnfulfilledSeconds: moment ? moment.oldestUnfulfilledSeconds : 0,
      backlog: moment ? moment.backlog : 0,
      deadLetters: moment ? moment.deadLetters : 0,
      stalePrices: moment ? moment.stalePrices : 0,
    }
    this.#next++
    if (!this.#fixed && this.#next >= this.#fixedAt) this.#next = Math.max(1, this.#fixedAt - loopedMoments)
    this.#samples.push(sample)
    if (this.#samples.length > keptSamples) this.#samples.shift()
    await Promise.all(this.#listeners.map((listener) => listener(sample)))
  }

  #add(moment: Moment | undefined, before: Moment | undefined): void {
    if (!moment) this.#users.good += 20
    else if (moment.users && before?.users)
      for (const outcome of ['good', 'slow', 'failed'] as const)
        this.#users[outcome] += Math.max(0, moment.users[outcome] - before.users[outcome])
  }
}

const statuses = (moment: Moment | undefined): ComponentStatus[] =>
  allRunning().map((component) => {
    const unwell = moment?.unwell.find(({ name }) => name === component.name)
    return unwell ? { ...component, ...unwell, healthy: false } : component
  })
