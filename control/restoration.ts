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

/** What is still not as on a fresh range, and since when that is tried. */
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
  /** What steers the load: a shape that goes on would set it again. */
  load?: Pick<LoadDriver, 'stop'>
  /** Told of a drill after which the restored range is not as it was when the drill began. */
  onDiffering?(drill: string, event: Differing): void
}

type Differing = Extract<DrillEventBody, { type: 'range-differed' }>

/** Waits before the second attempt, the third, and all others. */
const pausesMs = [1_000, 2_000, 5_000, 15_000]
/** So many attempts are what a range may take that is still on its way back: whoever waits for it waits for them. */
const patientAttempts = 3
/** An attempt that takes longer is told to everybody: most take less than a second. */
const toldAfterMs = 3_000
/** Whoever needs a restored range waits so long for it. */
export const patientMs = 60_000
/** Orders that were confirmed while the way to the worker came back are old enough by then. */
const announcedAgainAfterMs = 3_000
/** Of one difference so many characters are told. */
const toldLength = 300
/** That a range is to be restored is kept with it: who comes after a control plane that was killed goes on with it. */
const owed = 'restore-owed'

/**
 * Brings the range back after a drill, and goes on until that holds: a range of which something is left behind takes no drill. One attempt at
 * a time, whoever asks.
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
  /** How the range was when the last drill began. */
  #before: Fingerprint | null = null
  /** The drill after which the range is to be restored; null where a control plane before this one may know. */
  #after: string | null = null
  /** The difference that was told last. */
  #told = ''
  /** When a restoration last changed something: what was seen of the range before says nothing of it. */
  changedAt = 0

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Null when nothing is known to be left behind. */
  get unrestored(): Unrestored | null {
    return this.#unrestored
  }

  /** Whether an attempt is being made. */
  get isUnderWay(): boolean {
    return this.#attempt !== null
  }

  /** Whether an attempt is being made that takes long, or hangs. */
  get isSlow(): boolean {
    return this.isUnderWay && Date.now() - this.#begunAt >= toldAfterMs
  }

  /** Whether a control plane before this one has left it unfinished. */
  isOwed(): boolean {
    return (this.#deps.ledger.note(owed) ?? '') !== ''
  }
  /** To be said before a drill ends, so that it is known whatever happens then. */
  owe(drill: string): void {
    this.#after = drill
    this.#note(drill)
  }
  /** To be said when a drill begins: after it, the range is to be like that again. */
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

  /** One attempt: faults out, and whatever a drill may change set back. Resolves when it is made, whether it holds or not; others follow until one does. */
  run(onReverted: (record: FaultRecord) => void = () => {}): Promise<void> {
    this.#attempt ??= this.#try(onReverted).finally(() => (this.#attempt = null))
    return this.#attempt
  }

  /** Resolves when an attempt has succeeded. Throws `range-not-restored` when something is left behind, or it takes too long. */
  async mustSucceed(): Promise<void> {
    await forAtMost(patientMs, this.run())
    this.mustHold()
  }

  /** Resolves when the range is restored, or has not been in some attempts. */
  async settled(): Promise<void> {
    await this.#attempt
    if (this.#unrestored && this.#unrestored.attempts < patientAttempts && !this.#stopped)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Ends the attempts: another process goes on with them. */
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
      // Only what it is is told: which fault it was is the instructor's.
      left.push({ id: 'fault', title: 'Injected faults', detail: 'they could not be reverted yet' })
      process.stderr.write(`reverting faults: ${describeError(error)}\n`)
    }
    let print: Fingerprint | null = null
    try {
      const restored = await restoreBaseline(range, range.load.usual)
      if (restored.length > 0) this.changedAt = Date.now()
      // That a call was taken does not say that it had its effect.
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

  /** Tells when the range is not as it was when the drill began after which it was restored. */
  #compare(after: Fingerprint): void {
    const { ledger, onDiffering } = this.#deps
    const drill = this.#after ?? ledger.note(owed) ?? ''
    const begun = drill === '' ? null : ledger.drill(drill)
    // After an action that took longer than its drill the range is restored once more.
    const told = `${drill} ${after.hash}`
    if (!begun || begun.fingerprint === after.hash || this.#told === told) return
    this.#told = told
    // A control plane that was started meanwhile knows that it differs, and not in what.
    const before = this.#before?.hash === begun.fingerprint ? this.#before : null
    const differences = before ? difference(before, after) : [`the fingerprint was ${begun.fingerprint} and is ${after.hash}`]
    process.stderr.write(`after drill ${drill}: ${differences.join('; ')}\n`)
    onDiffering?.(drill, {
      type: 'range-differed',
      fingerprint: after.hash,
      differences: differences.map((text) => text.slice(0, toldLength)),
    })
  }

  /** Customers whose orders got lost wait otherwise, and with them the next drill. Once more for those that were confirmed just then. */
  async #announceForgotten(): Promise<void> {
    clearTimeout(this.#announcingAgain)
    const announce = () =>
      announceForgotten(this.#deps.range).catch((error: unknown) =>
        process.stderr.write(`announcing orders again: ${describeError(error)}\n`),
      )
    await announce()
    if (!this.#stopped) this.#announcingAgain = setTimeout(() => void announce(), announcedAgainAfterMs).unref()
  }

  /** For a drill that begins: from then on orders that get lost are its own. */
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
      // It is restored all the same; only who comes after a crash would not know.
      process.stderr.write(`the ledger cannot be written: ${describeError(error)}\n`)
    }
  }
}
