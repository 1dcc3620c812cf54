import { keptRequest, type KeptRequest } from '../model/tickets.ts'
import { LocustRing } from './locust-ring.ts'

const most = 500

/** What customers may write about. */
export interface Kept {
  /** Reads new ones. Never throws. */
  refresh(): Promise<void>
  /** The latest of them. */
  readonly requests: readonly KeptRequest[]
}

/** Failed requests of users, read from Locust incrementally. */
export class KeptRequests implements Kept {
  readonly #ring: LocustRing<KeptRequest>
  #requests: KeptRequest[] = []

  constructor(url: string) {
    this.#ring = new LocustRing(url, keptRequest, 'requests')
  }

  /** The latest of them, oldest first. */
  get requests(): readonly KeptRequest[] {
    return this.#requests
  }

  /** Reads new ones, at most every two seconds. Never throws: without Locust, nobody writes. */
  async refresh(): Promise<void> {
    this.#requests = [...this.#requests, ...(await this.#ring.take())].slice(-most)
  }
}

/** Combines several sources. */
export const keptTogether = (...all: readonly Kept[]): Kept => ({
  refresh: async () => void (await Promise.all(all.map((kept) => kept.refresh()))),
  get requests() {
    return all.flatMap(({ requests }) => requests)
  },
})
