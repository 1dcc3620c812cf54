import { trafficOf } from '../../drills/traffic.ts'
import type { Ledger } from '../ledger.ts'
import type { Sampler } from '../sampler.ts'

/** The traffic before the first fault of a drill, in responses per second; kept for the next control plane. */
export class UsualTraffic {
  readonly #ledger: Ledger
  readonly #sampler: Sampler
  #known: { drill: string; rate: number | null } | null = null

  constructor(ledger: Ledger, sampler: Sampler) {
    this.#ledger = ledger
    this.#sampler = sampler
  }

  /** Null if unknown. */
  of(drill: string): number | null {
    if (this.#known?.drill !== drill) {
      const [of, rate] = (this.#ledger.note('usual-traffic') ?? '').split(' ')
      this.#known = { drill, rate: of === drill && rate ? Number(rate) : null }
    }
    return this.#known.rate
  }

  /** Records the current traffic, unless it is known. */
  note(drill: string): void {
    const rate = trafficOf(this.#sampler.samples())
    if (rate === null || this.of(drill) !== null) return
    this.#ledger.setNote('usual-traffic', `${drill} ${rate}`)
    this.#known = { drill, rate }
  }
}
