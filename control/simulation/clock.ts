interface Timer {
  /** On the clock that is never set back, in milliseconds. */
  at: number
  run: () => void
}

/** Time that goes on only when it is told to. While one is open, `Date.now` and `setTimeout` go by it. */
export class SimulatedClock implements Disposable {
  /** What the clock on the wall says, in milliseconds since the epoch: it may be set. */
  now = 1_800_000_000_000
  /** Goes on whatever that is set to. */
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
    // Safe: only what is named here is used of a timer.
    globalThis.setTimeout = setSimulated as unknown as typeof globalThis.setTimeout
    globalThis.clearTimeout = ((timer: unknown) => void this.#timers.delete(Number(timer ?? 0))) as typeof globalThis.clearTimeout
  }

  /** Goes on by so much, and runs what is due. */
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
