import { keptRequest, type KeptRequest } from '../model/tickets.ts'
import { LocustRing } from './locust-ring.ts'

const most = 500

/** What customers may write about. */
export interface Kept {
  /** Reads what is new. Never throws. */
  refresh(): Promise<void>
  /** The latest of them. */
  readonly requests: readonly KeptRequest[]
}

/** Requests of users that went wrong, read from Locust bit by bit. */
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

  /** Reads what is new, once in two seconds at most. Never throws: without Locust, nobody writes. */
  async refresh(): Promise<void> {
    this.#requests = [...this.#requests, ...(await this.#ring.take())].slice(-most)
  }
}

/** Several as one. */
export const keptTogether = (...all: readonly Kept[]): Kept => ({
  refresh: async () => void (await Promise.all(all.map((kept) => kept.refresh()))),
  get requests() {
    return all.flatMap(({ requests }) => requests)
  },
})
