interface Timer {
  /** By the monotonic clock, in milliseconds. */
  at: number
  run: () => void
}

/** Simulated time. While one is open, `Date.now` and `setTimeout` use it. */
export class SimulatedClock implements Disposable {
  /** The wall clock, in milliseconds since the epoch: it may be set. */
  now = 1_800_000_000_000
  /** The monotonic clock, which is not affected by that. */
  elapsedMs = 0
  #next = 1
  readonly #timers = new Map<number, Timer>()
  readonly #real = { now: Date.now, setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout }

  constructor() {
    Date.now = () => this.now
    const setSimulated = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
      const id = this.#next++
      this.#timers.set(id, { at: this.elapsedMs + ms, run: () => run(...args) })
      const handle = { ref: () => handle, unref: () => handle, hasRef: () => true, refresh: () => handle, [Symbol.toPrimitive]: () => id }
      return handle
    }
    // Safe: only these properties of a timer are used.
    globalThis.setTimeout = setSimulated as unknown as typeof globalThis.setTimeout
    globalThis.clearTimeout = ((timer: unknown) => void this.#timers.delete(Number(timer ?? 0))) as typeof globalThis.clearTimeout
  }

  /** Advances the time, and runs what is due. */
  advance(ms: number): void {
    this.now += ms
    this.elapsedMs += ms
    for (const [id, timer] of this.#timers) {
      if (timer.at > this.elapsedMs || !this.#timers.delete(id)) continue
      timer.run()
    }
  }

  [Symbol.dispose](): void {
    Date.now = this.#real.now
    globalThis.setTimeout = this.#real.setTimeout
    globalThis.clearTimeout = this.#real.clearTimeout
  }
}
