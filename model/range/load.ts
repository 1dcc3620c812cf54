/** States of Locust's runner, by its own names; `missing` where it tells none. */
export const loadStates = ['ready', 'spawning', 'running', 'cleanup', 'stopping', 'stopped', 'missing'] as const

export interface LoadStatus {
  /** Processes that the users are spread over; 0 when Locust runs them all in its own process. */
  workers: number
  state: (typeof loadStates)[number]
  users: number
  rps: number
  /** Share of requests that failed, 0–1; over the last ten seconds, like the others. */
  failRatio: number
  p50Ms: number | null
  p95Ms: number | null
}

/** The default number of users, which scenarios are written for. */
export const usualUsers = 30

/** How the users behave, apart from their number. */
export interface LoadMix {
  /** Share of product views that go to the same product, 0–1. */
  hotShare: number
  /** Bots that crawl without pause, in addition to the users. */
  bots: number
  /** Page views per second in addition to the users', at a constant rate however slow the shop is. */
  rate: number
}

/** The simulated users. */
export interface LoadPort {
  /** This range's default number of users. Scenarios give numbers as if it were thirty. */
  readonly usual: number
  status(): Promise<LoadStatus>
  /** Resolves when that many are running. */
  setUsers(users: number): Promise<void>
  mix(): Promise<LoadMix>
  setMix(mix: LoadMix): Promise<void>
}
