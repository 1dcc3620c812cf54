import { difference, leftInWords, lookAtBaseline, NotRestored, restoreBaseline, type Fingerprint, type Left } from '../drills/baseline.ts'
import { announceForgotten } from '../drills/forgotten-orders.ts'
import type { DrillEventBody } from '../model/drill.ts'
import { FiredrillError, describeError } from '../model/errors.ts'
import type { FaultRecord } from '../model/fault.ts'
import type { Range } from '../model/range.ts'
import { forAtMost } from './for-at-most.ts'
import type { Injector } from './injector.ts'
import type { Ledger } from './ledger.ts'
import type { LoadDriver } from './load-driver.ts'

/** What still differs from a fresh range, and since when a restore has been tried. */
interface Unrestored {
  /** Milliseconds since the epoch. */
  since: number
  attempts: number
  left: readonly Left[]
}

interface Dependencies {
  range: Range
  ledger: Ledger
  injector: Injector
  /** Controls the load: a shape that continues would change it again. */
  load?: Pick<LoadDriver, 'stop'>
  /** Called with a drill after which the restored range differs from its state at the start. */
  onDiffering?(drill: string, event: Differing): void
}

type Differing = Extract<DrillEventBody, { type: 'range-differed' }>

/** Waits before the second attempt, the third, and all others. */
const pausesMs = [1_000, 2_000, 5_000, 15_000]
/** How many attempts a recovering range may need: callers wait for these. */
const patientAttempts = 3
/** An attempt that takes longer is reported to everybody: most take less than a second. */
const toldAfterMs = 3_000
/** How long a caller waits for a restored range. */
export const patientMs = 60_000
/** By then, orders that were confirmed while the queue was being restored are old enough. */
const announcedAgainAfterMs = 3_000
/** How many characters of each difference are reported. */
const toldLength = 300
/** The ledger's note that a restore is pending: after a crash, the next control plane continues it. */
const owed = 'restore-owed'

/**
 * Restores the range after a drill, with retries until that has succeeded: no drill can start on a range with something left behind. One attempt at a
 * time, however many callers there are.
 */
export class Restoration {
  readonly #deps: Dependencies
  #unrestored: Unrestored | null = null
  #attempt: Promise<void> | null = null
  /** When the last attempt began, in milliseconds since the epoch. */
  #begunAt = 0
  #again: NodeJS.Timeout | undefined
  #announcingAgain: NodeJS.Timeout | undefined
  #stopped = false
  readonly #waiting: (() => void)[] = []
  /** The fingerprint at the start of the last drill. */
  #before: Fingerprint | null = null
  /** The drill after which the range is being restored; null if only an earlier control plane knew it. */
  #after: string | null = null
  /** The last difference that was reported. */
  #told = ''
  /** When a restoration last changed something: earlier samples of the range do not count. */
  changedAt = 0

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Null when nothing is known to be left behind. */
  get unrestored(): Unrestored | null {
    return this.#unrestored
  }

  /** Whether an attempt is under way. */
  get isUnderWay(): boolean {
    return this.#attempt !== null
  }

  /** Whether the attempt under way takes long, or hangs. */
  get isSlow(): boolean {
    return this.isUnderWay && Date.now() - this.#begunAt >= toldAfterMs
  }

  /** Whether an earlier control plane has left a restore unfinished. */
  isOwed(): boolean {
    return (this.#deps.ledger.note(owed) ?? '') !== ''
  }
  /** To be called before a drill ends, so that the pending restore is known whatever happens then. */
  owe(drill: string): void {
    this.#after = drill
    this.#note(drill)
  }
  /** To be called when a drill starts, with its fingerprint: the range must equal that afterwards. */
  remember(before: Fingerprint): void {
    this.#before = structuredClone(before)
  }

  /** Throws `range-not-restored` while something is left behind, or an attempt takes long. */
  mustHold(): void {
    if (!this.#unrestored && this.isSlow)
      throw new FiredrillError(
        'range-not-restored',
        `the range has been restoring for ${Math.round((Date.now() - this.#begunAt) / 1_000)} s: wait until that is done; if it does not finish, run 'firedrill down' and 'firedrill up'`,
      )
    if (!this.#unrestored) return
    throw new FiredrillError(
      'range-not-restored',
      `the range is not as it was before the last drill: ${leftInWords(this.#unrestored.left)}. The restore is retried every few seconds; if it keeps failing, run 'firedrill down' and 'firedrill up'`,
    )
  }

  /**
   * One attempt: reverts faults, and resets whatever a drill may change. Resolves after the attempt, successful or not; others follow until one
   * succeeds.
   */
  run(onReverted: (record: FaultRecord) => void = () => {}): Promise<void> {
    this.#attempt ??= this.#try(onReverted).finally(() => (this.#attempt = null))
    return this.#attempt
  }

  /** Resolves when an attempt has succeeded. Throws `range-not-restored` when something is left behind, or it takes too long. */
  async mustSucceed(): Promise<void> {
    await forAtMost(patientMs, this.run())
    this.mustHold()
  }

  /** Resolves when the range is restored, or after a number of failed attempts. */
  async settled(): Promise<void> {
    await this.#attempt
    if (this.#unrestored && this.#unrestored.attempts < patientAttempts && !this.#stopped)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Stops the retries: another process continues them. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#again)
    clearTimeout(this.#announcingAgain)
    this.#wake()
  }

  async #try(onReverted: (record: FaultRecord) => void): Promise<void> {
    clearTimeout(this.#again)
    this.#begunAt = Date.now()
    const { range, injector, load } = this.#deps
    void load?.stop()
    const left: Left[] = []
    try {
      await injector.revertAll(undefined, onReverted)
    } catch (error) {
      // Without the fault's name, which only the instructor may know.
      left.push({ id: 'fault', title: 'Injected faults', detail: 'they could not be reverted yet' })
      process.stderr.write(`reverting faults: ${describeError(error)}\n`)
    }
    let print: Fingerprint | null = null
    try {
      const restored = await restoreBaseline(range, range.load.usual)
      if (restored.length > 0) this.changedAt = Date.now()
      // A successful call may have had no effect.
      if (restored.length > 0 || this.isOwed()) {
        const look = await lookAtBaseline(range, { users: range.load.usual })
        left.push(...look.left)
        print = look.print
      }
    } catch (error) {
      this.changedAt = Date.now()
      if (error instanceof NotRestored) left.push(...error.left)
      else left.push({ id: 'range', title: 'The range', detail: describeError(error) })
    }
    if (left.length === 0) await this.#announceForgotten()
    const wasUnrestored = this.#unrestored
    if (left.length === 0) {
      this.#unrestored = null
      if (print) this.#compare(print)
      this.#after = null
      if (this.isOwed()) this.#note('')
    } else {
      this.#unrestored = { since: wasUnrestored?.since ?? Date.now(), attempts: (wasUnrestored?.attempts ?? 0) + 1, left }
      process.stderr.write(`restoring the range, attempt ${this.#unrestored.attempts}: ${leftInWords(left)}\n`)
      const pauseMs = pausesMs[Math.min(this.#unrestored.attempts, pausesMs.length) - 1]
      if (!this.#stopped) this.#again = setTimeout(() => void this.run(onReverted), pauseMs).unref()
    }
    if (!this.#unrestored || this.#unrestored.attempts >= patientAttempts) this.#wake()
  }

  /** Reports if the range differs from its state at the start of the last drill. */
  #compare(after: Fingerprint): void {
    const { ledger, onDiffering } = this.#deps
    const drill = this.#after ?? ledger.note(owed) ?? ''
    const begun = drill === '' ? null : ledger.drill(drill)
    // After an action that took longer than its drill, the range is restored once more.
    const told = `${drill} ${after.hash}`
    if (!begun || begun.fingerprint === after.hash || this.#told === told) return
    this.#told = told
    // A control plane that was started meanwhile knows only that it differs, but not in what.
    const before = this.#before?.hash === begun.fingerprint ? this.#before : null
    const differences = before ? difference(before, after) : [`the fingerprint was ${begun.fingerprint} and is ${after.hash}`]
    process.stderr.write(`after drill ${drill}: ${differences.join('; ')}\n`)
    onDiffering?.(drill, {
      type: 'range-differed',
      fingerprint: after.hash,
      differences: differences.map((text) => text.slice(0, toldLength)),
    })
  }

  /** Otherwise customers whose orders got lost would wait, and so would the next drill. Repeated for orders that were confirmed just then. */
  async #announceForgotten(): Promise<void> {
    clearTimeout(this.#announcingAgain)
    const announce = () =>
      announceForgotten(this.#deps.range).catch((error: unknown) =>
        process.stderr.write(`announcing orders again: ${describeError(error)}\n`),
      )
    await announce()
    if (!this.#stopped) this.#announcingAgain = setTimeout(() => void announce(), announcedAgainAfterMs).unref()
  }

  /** Called when a drill starts: orders that get lost from then on belong to it. */
  announceNoMore(): void {
    clearTimeout(this.#announcingAgain)
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  #note(value: string): void {
    try {
      this.#deps.ledger.setNote(owed, value)
    } catch (error) {
      // It is restored all the same; only the next process after a crash would not know.
      process.stderr.write(`the ledger cannot be written: ${describeError(error)}\n`)
    }
  }
}
