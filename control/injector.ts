import { randomUUID } from 'node:crypto'
import { faultById } from '../drills/faults/registry.ts'
import { FiredrillError, describeError } from '../model/errors.ts'
import type { FaultRecord } from '../model/fault.ts'
import type { Range } from '../model/range.ts'
import type { Ledger } from './ledger.ts'

export const maxFaultMs = 60 * 60_000

/** Puts faults in and takes them out. Used by the control plane, and by the reaper when that is gone: all they share is the ledger. */
export class Injector {
  readonly #range: Range
  readonly #ledger: Ledger
  /** Reversals under way in this process: a second request waits for the first. */
  readonly #reverting = new Map<string, Promise<void>>()

  constructor(range: Range, ledger: Ledger) {
    this.#range = range
    this.#ledger = ledger
  }

  /** Injects a fault for at most `forMs`. The undo record and the deadline are durable before the effect. */
  async inject(id: string, rawParams: unknown, { forMs, drill }: { forMs: number; drill: string | null }): Promise<FaultRecord> {
    const fault = faultById(id)
    const parsed = fault.params.safeParse(rawParams)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      throw new FiredrillError('bad-request', `${id}: ${issue?.path.join('.') || 'params'}: ${issue?.message}`)
    }
    if (!(forMs > 0 && forMs <= maxFaultMs)) {
      throw new FiredrillError('bad-request', `a fault lasts from a moment up to ${maxFaultMs / 60_000} minutes`)
    }
    const context = { range: this.#range, signal: AbortSignal.timeout(60_000) }
    const undo = await fault.plan(context, parsed.data)
    const now = Date.now()
    const instance = randomUUID()
    this.#ledger.insertFault({
      instance,
      fault: id,
      params: parsed.data,
      undo,
      drill,
      state: 'planned',
      plannedAt: now,
      injectedAt: null,
      deadlineAt: now + forMs,
      revertedAt: null,
      error: null,
    })
    try {
      await fault.inject(context, parsed.data, undo)
    } catch (error) {
      await this.revert(instance).catch(() => {})
      throw new FiredrillError('component-failed', `${id} could not be injected: ${describeError(error)}`, { cause: error })
    }
    if (!this.#ledger.moveFault(instance, ['planned'], 'injected')) {
      // Reverted while it went in: make sure that nothing of it stayed.
      await fault.revert(context, undo)
    }
    return this.#ledger.fault(instance) as FaultRecord
  }

  /** Takes a fault out. Idempotent; a failure leaves it open, to be tried again. */
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
    this.#ledger.moveFault(instance, ['planned', 'injected', 'reverting', 'failed'], 'reverting')
    try {
      await faultById(record.fault).revert({ range: this.#range, signal: AbortSignal.timeout(60_000) }, record.undo)
      this.#ledger.moveFault(instance, ['reverting'], 'reverted')
    } catch (error) {
      this.#ledger.moveFault(instance, ['reverting'], 'failed', describeError(error))
      throw new FiredrillError('component-failed', `${record.fault} could not be reverted: ${describeError(error)}`, { cause: error })
    }
  }

  /** The stop-all lever: takes out every open fault (of one drill, if named), newest first. Returns those taken out. */
  async revertAll(drill?: string): Promise<FaultRecord[]> {
    const open = this.#ledger.openFaults().filter((record) => drill === undefined || record.drill === drill)
    const failures: unknown[] = []
    for (const record of open.toReversed()) await this.revert(record.instance).catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw failures[0]
    return open
  }

  /** Takes out what was being injected or reverted when the control plane went away; failures stay open, to be tried again. */
  async revertUnfinished(): Promise<void> {
    const unfinished = this.#ledger.openFaults().filter((record) => record.state !== 'injected')
    for (const record of unfinished) await this.revert(record.instance).catch(() => {})
  }

  /** Takes out what has outlived its limit. */
  async revertOverdue(graceMs = 0): Promise<FaultRecord[]> {
    const overdue = this.#ledger.openFaults().filter((record) => record.deadlineAt + graceMs <= Date.now())
    for (const record of overdue) await this.revert(record.instance).catch(() => {})
    return overdue
  }
}
