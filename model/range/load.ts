/** States of Locust's runner, by its own names; `missing` where it tells none. */
export const loadStates = ['ready', 'spawning', 'running', 'cleanup', 'stopping', 'stopped', 'missing'] as const

export interface LoadStatus {
  /** Processes that the users are in, when they are spread over several; 0 when Locust has them all in its own. */
  workers: number
  state: (typeof loadStates)[number]
  users: number
  rps: number
  /** Share of requests that failed, 0–1; of the last ten seconds, as the rest. */
  failRatio: number
  p50Ms: number | null
  p95Ms: number | null
}

/** Users that a range has by itself, and that scenarios are written for. */
export const usualUsers = 30

/** Who the users are, beside how many. */
export interface LoadMix {
  /** Share of product views that go to one and the same product, 0–1. */
  hotShare: number
  /** Bots that crawl without pause, beside the users. */
  bots: number
  /** Page views a second beside the users, at an even pace whatever the shop does. */
  rate: number
}

/** The simulated users. */
export interface LoadPort {
  /** Users that this range has when nobody asked for another number; scenarios say theirs as if it were thirty. */
  readonly usual: number
  status(): Promise<LoadStatus>
  /** Resolves when that many are there. */
  setUsers(users: number): Promise<void>
  mix(): Promise<LoadMix>
  setMix(mix: LoadMix): Promise<void>
}
