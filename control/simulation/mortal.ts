import type { Range } from '../../model/range.ts'
import type { Ledger } from '../ledger.ts'

/** A failure of calls to the range: it skips the next `skip` calls, and applies to the `calls` after them. */
export interface Trouble {
  /** Fails without effect; fails after its effect; is delayed; the process is killed before or after it. */
  what: 'fails' | 'is lost' | 'is slow' | 'kills before' | 'kills after'
  skip: number
  calls: number
  /** The delay, in milliseconds. */
  lateMs: number
}

/** Methods that answer without calling the range. */
const known = new Set(['list', 'baseline', 'usual'])
/** Methods of the ledger that a full disk refuses. */
export const ledgerWrites = [
  'append',
  'appendAndExtend',
  'moveFault',
  'reopenFault',
  'insertFault',
  'setNote',
  'setAliveAt',
  'extendFaults',
  'followClock',
] as const
const writes = new Set<string | symbol>(ledgerWrites)
/** Of these, those that are called every second, whatever happens. */
const beats = new Set<string | symbol>(['setAliveAt', 'followClock'])

class OutOfOrder extends Error {}

/** A process that may be killed at any of its calls, and after any of its writes: nothing that it had begun continues. */
export class Mortal {
  dead = false
  readonly #onDeath: () => void
  readonly #trouble: () => Trouble[]
  readonly #diskIsFull: () => boolean
  readonly #isLastWrite: () => boolean
  readonly #onLate: (more: 1 | -1) => void

  constructor(options: {
    onDeath: () => void
    trouble: () => Trouble[]
    diskIsFull: () => boolean
    isLastWrite: () => boolean
    /** The number of delayed calls has changed by this much. */
    onLate?: (more: 1 | -1) => void
  }) {
    this.#onLate = options.onLate ?? (() => {})
    this.#isLastWrite = options.isLastWrite
    this.#onDeath = options.onDeath
    this.#trouble = options.trouble
    this.#diskIsFull = options.diskIsFull
  }

  kill(): void {
    if (this.dead) return
    this.dead = true
    this.#onDeath()
  }

  /** The range, with calls through this process. */
  reach(range: Range): Range {
    const calls = (owner: object, name: string, call: (...args: unknown[]) => unknown) =>
      known.has(name) ? call.bind(owner) : (...args: unknown[]) => this.#call(() => call.apply(owner, args))
    const groups = Object.entries(range).map(([name, group]: [string, unknown]) => {
      if (typeof group === 'function') return [name, calls(range, name, group as () => unknown)]
      if (typeof group !== 'object' || group === null || Array.isArray(group)) return [name, group]
      const parts = Object.entries(group).map(([part, value]: [string, unknown]) => [
        part,
        typeof value === 'function' ? calls(group, part, value as () => unknown) : value,
      ])
      return [name, Object.fromEntries(parts)]
    })
    // Safe: it has every part, under its name.
    return Object.fromEntries(groups) as Range
  }

  async #call(work: () => unknown): Promise<unknown> {
    const trouble = this.#next()
    if (trouble?.what === 'kills before') this.kill()
    if (this.dead) return never
    if (trouble?.what === 'fails') throw new OutOfOrder('out of order')
    if (trouble?.what === 'is slow') {
      this.#onLate(1)
      await new Promise<void>((resolve) => setTimeout(resolve, trouble.lateMs))
      this.#onLate(-1)
    }
    if (this.dead) return never
    const result = await work()
    if (trouble?.what === 'kills after') this.kill()
    if (this.dead) return never
    if (trouble?.what === 'is lost') throw new OutOfOrder('out of order')
    return result
  }

  #next(): Trouble | null {
    const [trouble] = this.#trouble()
    if (!trouble) return null
    if (trouble.skip > 0) {
      trouble.skip--
      return null
    }
    if (--trouble.calls <= 0) this.#trouble().shift()
    return trouble
  }

  /** The ledger, with calls through this process: it accepts nothing from a dead one, and nothing while the disk is full. */
  hold(ledger: Ledger): Ledger {
    return new Proxy(ledger, {
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name, of)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          if (!writes.has(name)) return value.apply(of, args) as unknown
          if (this.dead || this.#diskIsFull()) throw new OutOfOrder('database or disk is full')
          const result: unknown = value.apply(of, args)
          // Its further actions have no effect: it reaches neither the range nor the ledger.
          if (!beats.has(name) && this.#isLastWrite()) this.kill()
          return result
        }
      },
    })
  }
}

const never = new Promise<never>(() => {})
