import { randomUUID } from 'node:crypto'
import os from 'node:os'
import { faultById } from '../drills/faults/registry.ts'
import { FiredrillError, describeError } from '../model/errors.ts'
import type { AnyFault, FaultContext, FaultRamp, FaultRecord, FaultState } from '../model/fault.ts'
import type { Range } from '../model/range.ts'
import { asRead } from './as-read.ts'
import { atRamp, parseParams } from './fault-params.ts'
import { targetOf } from './fault-target.ts'
import type { Ledger } from './ledger.ts'
import { requireSupported, resolveFault, type ResolvedFault } from './resolved-fault.ts'

export const maxFaultMs = 60 * 60_000
/** Timeout for planning and injecting, or for reverting, a fault: longer than any call to the range takes, such as a rollout in a cluster. */
const mostMs = 180_000
/** How often a revert reads again a value that was changed meanwhile. */
const mostReads = 5

interface Injection {
  /** It is reverted after this time, in milliseconds. */
  forMs: number
  /** And at this time at the latest, in milliseconds since the epoch, however long its planning takes. */
  by?: number
  /** Null for an instructor's fault. */
  drill: string | null
  ramp?: FaultRamp | undefined
  /** Called once it is planned: the fault may no longer be wanted. */
  isWanted?: () => boolean
}

/** Injects and reverts faults. Used by the control plane, and by the reaper when that is down: they share only the ledger. */
export class Injector {
  readonly #range: Range
  readonly #ledger: Ledger
  readonly #uptimeMs: () => number
  /** Reverts under way in this process: a second request waits for the first. */
  readonly #reverting = new Map<string, Promise<void>>()
  /** How far each ramp has come in this process. */
  readonly #ramped = new Map<string, number>()
  /** Injections under way, by target. */
  readonly #onTheWay = new Set<{ id: string; target: string }>()
  #advancing = false
  #clockIsFollowed = true
  /** Faults that were reverted without a record of it, because the ledger could not be written. */
  readonly #unwritten = new Set<string>()

  /** @param uptimeMs since the machine was started, by a clock that nobody sets. */
  constructor(range: Range, ledger: Ledger, uptimeMs: () => number = () => os.uptime() * 1_000) {
    this.#range = range
    this.#ledger = ledger
    this.#uptimeMs = uptimeMs
  }

  /**
   * Resolves a fault that can be injected into this range, if its state permits. Throws `not-found` for an unknown id, `bad-request` for wrong
   * parameters, and `unsupported` if the range lacks something for it.
   */
  resolve(id: string, rawParams: unknown): ResolvedFault {
    const resolved = resolveFault(id, rawParams, this.#range)
    requireSupported(resolved)
    return resolved
  }

  /** Resolves a fault and injects it: throws what `resolve` and `injectResolved` throw. */
  async inject(id: string, rawParams: unknown, injection: Injection): Promise<FaultRecord> {
    return this.injectResolved(this.resolve(id, rawParams), injection)
  }

  /**
   * Injects a fault. The undo record and the deadline are durable before the effect. Throws `wrong-state` if it is no longer wanted once it is
   * planned.
   */
  async injectResolved(resolved: ResolvedFault, injection: Injection): Promise<FaultRecord> {
    const { forMs, drill, ramp } = injection
    const { fault, params, target } = resolved
    const { id } = fault
    if (ramp && !fault.ramps?.includes(ramp.param)) {
      const able = fault.ramps?.join(', ')
      throw new FiredrillError(
        'bad-request',
        `${id}: ${ramp.param} cannot ramp${able ? `: only ${able}` : ', nor can any other parameter'}`,
      )
    }
    // This also validates the ramp's start value.
    const first = ramp ? parseParams(fault, atRamp(params, ramp, 0)) : params
    if (!(forMs > 0 && forMs <= maxFaultMs)) {
      throw new FiredrillError('bad-request', `a fault must last longer than 0 s, and at most ${maxFaultMs / 60_000} minutes`)
    }
    // The steps of a drill are reverted in reverse order, and the range is restored after them.
    if (drill === null && fault.category !== 'none') this.#mustBeAlone(resolved)
    const going = { id, target }
    this.#onTheWay.add(going)
    try {
      return await this.#inject(fault, params, first, injection)
    } finally {
      this.#onTheWay.delete(going)
    }
  }

  /**
   * Throws if a fault with the same target is injected, being injected or being reverted: each would take the other's effect for the state to
   * restore.
   */
  #mustBeAlone({ fault: { id }, target }: ResolvedFault): void {
    const standing = this.open().find((record) => targetOf(faultById(record.fault), record.params) === target)
    const other = standing?.fault ?? [...this.#onTheWay].find((going) => going.target === target)?.id
    if (other === undefined) return
    const why = other === id ? '' : `, and both change ${target}`
    throw new FiredrillError('conflict', `${other} is injected already, or is being injected${why}: revert it before ${id} is injected`)
  }

  async #inject(
    fault: AnyFault,
    params: unknown,
    first: unknown,
    { forMs, by = Infinity, drill, ramp, isWanted = () => true }: Injection,
  ): Promise<FaultRecord> {
    const { id } = fault
    const context: FaultContext = { range: this.#range }
    const deadline = AbortSignal.timeout(mostMs)
    const undo = await inTime(fault.plan(context, params), deadline)
    if (!isWanted()) throw new FiredrillError('wrong-state', `${id} was not injected: the drill that it was for is over`)
    // Deadlines are by the machine's clock, which may have been set since the last tick, and be set again before the next one.
    this.#ledger.followClock(this.#uptimeMs())
    const now = Date.now()
    const instance = randomUUID()
    this.#ledger.insertFault({
      instance,
      fault: id,
      params,
      undo,
      drill,
      state: 'planned',
      plannedAt: now,
      injectedAt: null,
      deadlineAt: Math.min(now + forMs, by),
      revertedAt: null,
      error: null,
      ramp: ramp ?? null,
    })
    const injecting = fault.inject(context, first, undo)
    try {
      await inTime(injecting, deadline)
    } catch (error) {
      await this.#outAgain(instance).catch(() => {})
      // An injection that timed out may take effect later, and is reverted then.
      if (deadline.aborted) onceOver(injecting, () => this.#outAgain(instance))
      throw new FiredrillError('component-failed', `${id} could not be injected: ${describeError(error)}`, { cause: error })
    }
    try {
      this.#ledger.moveFault(instance, 'injected')
    } catch (error) {
      // A fault that cannot be recorded is not kept, and one that was reverted during its injection is reverted again.
      if (this.#reverting.has(instance) || this.#unwritten.has(instance)) await this.#outAgain(instance)
      else await this.revert(instance)
      throw new FiredrillError('component-failed', `${id} was reverted again: ${describeError(error)}`, { cause: error })
    }
    // It was reverted during its injection: make sure that nothing of it stayed.
    await this.#outIfOver(instance)
    return this.#ledger.fault(instance) as FaultRecord
  }

  /** Moves each ramp to its value for the current time: from the record alone, so that it continues after a restart. */
  async advanceRamps(): Promise<void> {
    if (this.#advancing) return
    this.#advancing = true
    try {
      for (const record of this.open()) if (record.ramp && record.state === 'injected') await this.#advance(record, record.ramp)
    } finally {
      this.#advancing = false
    }
  }

  async #advance(record: FaultRecord, ramp: FaultRamp): Promise<void> {
    const fault = faultById(record.fault)
    // Safe: it is injected.
    const share = Math.min(1, (Date.now() - (record.injectedAt as number)) / ramp.overMs)
    const params = atRamp(record.params, ramp, share)
    const value = params[ramp.param] as number
    if (this.#ramped.get(record.instance) === value || this.#reverting.has(record.instance)) return
    const deadline = AbortSignal.timeout(mostMs)
    const { instance } = record
    const moving = fault.inject({ range: this.#range }, parseParams(fault, params), record.undo)
    try {
      await inTime(moving, deadline)
      this.#ramped.set(instance, value)
    } finally {
      if (deadline.aborted) onceOver(moving, () => this.#outIfOver(instance))
      await this.#outIfOver(instance)
    }
  }

  /** Reverts a fault. Idempotent; on failure it stays open, and is retried. */
  revert(instance: string): Promise<void> {
    const underWay = this.#reverting.get(instance)
    if (underWay) return underWay
    const work = this.#revert(instance).finally(() => this.#reverting.delete(instance))
    this.#reverting.set(instance, work)
    return work
  }

  async #revert(instance: string): Promise<void> {
    const record = this.#ledger.fault(instance)
    if (!record) throw new FiredrillError('not-found', `there is no fault ${instance}`)
    if (record.state === 'reverted') return
    if (!this.#unwritten.has(instance)) {
      // A ledger that cannot be written does not prevent a revert, which needs only the undo record.
      this.#write(instance, 'reverting')
      try {
        await this.#out(faultById(record.fault), record.undo)
      } catch (error) {
        this.#write(instance, 'failed', describeError(error))
        throw new FiredrillError('component-failed', `${record.fault} could not be reverted: ${describeError(error)}`, { cause: error })
      }
    }
    if (this.#write(instance, 'reverted')) this.#unwritten.delete(instance)
    else this.#unwritten.add(instance)
  }

  /**
   * For a fault, or a step of its ramp, that has just taken effect: reverts it again if it was reverted meanwhile, or is being reverted, recorded or
   * not.
   */
  async #outIfOver(instance: string): Promise<void> {
    if (this.#reverting.has(instance) || this.#unwritten.has(instance) || this.#ledger.fault(instance)?.state !== 'injected')
      await this.#outAgain(instance)
  }

  /** Undoes the late effect of a reverted fault. It is open again until then, so that the next process knows about it. */
  async #outAgain(instance: string): Promise<void> {
    await this.#reverting.get(instance)?.catch(() => {})
    try {
      this.#ledger.reopenFault(instance)
      this.#unwritten.delete(instance)
    } catch {
      // Safe: it was injected.
      const { fault, undo } = this.#ledger.fault(instance) as FaultRecord
      await this.#out(faultById(fault), undo)
      return
    }
    await this.revert(instance)
  }

  /**
   * Throws if the range does not complete the call in time: a call that hangs is given up, so that it can be retried. A value that somebody else
   * changed meanwhile, such as another process that reverts a fault, is read again.
   */
  async #out(fault: AnyFault, undo: unknown): Promise<void> {
    const deadline = AbortSignal.timeout(mostMs)
    for (let left = mostReads; ; left--) {
      const { range, wasOutdated } = asRead(this.#range)
      try {
        return await inTime(fault.revert({ range }, undo), deadline)
      } catch (error) {
        if (deadline.aborted || !wasOutdated() || left <= 1) throw error
      }
    }
  }

  /** Returns whether it could be written. */
  #write(instance: string, to: FaultState, error: string | null = null): boolean {
    try {
      this.#ledger.moveFault(instance, to, error)
      return true
    } catch (problem) {
      if (!this.#unwritten.has(instance))
        process.stderr.write(`the ledger cannot be written (${describeError(problem)}): fault ${instance} is ${to} all the same\n`)
      return false
    }
  }

  /** Faults that are, or may be, in the range. */
  open(): FaultRecord[] {
    return this.#ledger.openFaults().filter(({ instance }) => !this.#unwritten.has(instance))
  }

  /** Whether an injection for an instructor or a drill is under way. */
  get isInjecting(): boolean {
    return this.#onTheWay.size > 0
  }

  /**
   * Reverts every open fault (of one drill, if named), newest first. Returns those reverted; `onOut` is called for each, even if another one fails,
   * whose error is thrown at the end.
   */
  async revertAll(drill?: string, onOut: (record: FaultRecord) => void = () => {}): Promise<FaultRecord[]> {
    const open = this.open().filter((record) => drill === undefined || record.drill === drill)
    const failures: unknown[] = []
    for (const record of open.toReversed()) {
      try {
        await this.revert(record.instance)
        onOut(record)
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
    return open
  }

  /** Reverts faults that were being injected or reverted when the control plane stopped; failures stay open, and are retried. */
  async revertUnfinished(): Promise<void> {
    const unfinished = this.#ledger.openFaults().filter((record) => record.state !== 'injected')
    for (const record of unfinished) await this.revert(record.instance).catch(() => {})
  }

  /** Reverts overdue faults. Returns those reverted; failures stay open, and are retried. */
  async revertOverdue(graceMs = 0): Promise<FaultRecord[]> {
    for (const instance of this.#unwritten) await this.revert(instance)
    try {
      this.#ledger.followClock(this.#uptimeMs())
      this.#clockIsFollowed = true
    } catch (error) {
      // It is retried at the next tick.
      if (this.#clockIsFollowed) process.stderr.write(`limits do not follow the clock: ${describeError(error)}\n`)
      this.#clockIsFollowed = false
    }
    const overdue = this.open().filter((record) => record.deadlineAt + graceMs <= Date.now())
    const taken: FaultRecord[] = []
    const revert = (record: FaultRecord) =>
      this.revert(record.instance).then(
        () => void taken.push(record),
        (error: unknown) => void process.stderr.write(`a fault past its limit: ${describeError(error)}\n`),
      )
    // A revert that hangs does not keep other faults past their deadline; of those with the same target, the newest is reverted first.
    const targets = Map.groupBy(overdue.toReversed(), ({ fault, params }) => targetOf(faultById(fault), params))
    await Promise.all(
      [...targets.values()].map(async (records) => {
        for (const record of records) await revert(record)
      }),
    )
    return taken
  }
}

/** Calls a function when a promise that nobody awaits any more has settled. */
function onceOver(work: Promise<unknown>, then: () => Promise<void>): void {
  work
    .catch(() => {})
    .then(then)
    .catch(() => {})
}

/** The result of a promise, or an error once the signal aborts. The work itself continues. */
function inTime<Result>(work: Promise<Result>, deadline: AbortSignal): Promise<Result> {
  const late = Promise.withResolvers<never>()
  const giveUp = () => late.reject(new FiredrillError('timed-out', `the range did not accept it within ${mostMs / 1_000} s`))
  deadline.addEventListener('abort', giveUp)
  return Promise.race([work, late.promise]).finally(() => deadline.removeEventListener('abort', giveUp))
}
