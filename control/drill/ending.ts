import type { DrillEventBody } from '../../model/drill.ts'
import { describeError } from '../../model/errors.ts'
import { forAtMost } from '../for-at-most.ts'
import type { Ledger } from '../ledger.ts'
import type { Restoration } from '../restoration.ts'
import { revertedIn } from '../taken-out.ts'
import type { CurrentDrill } from './current.ts'
import type { DrillFaults } from './faults.ts'
import type { Harm } from './harm.ts'
import type { IncidentResponse } from './response.ts'

/** The request to end a drill is answered by then: the restore may take longer. */
const answeredAfterMs = 15_000
/** The end of a drill waits this long for actions that are under way; if they take longer, the range is restored once more afterwards. */
const actedAfterMs = 20_000

type End = Extract<DrillEventBody, { type: 'drill-finished' | 'drill-aborted' | 'drill-voided' }>

interface Dependencies {
  drill: CurrentDrill
  faults: DrillFaults
  harm: Harm
  ledger: Ledger
  response: Pick<IncidentResponse, 'underWay'>
  restoration: Restoration
}

/** Ends the running drill, in any of the possible ways, and only once. */
export class Ending {
  readonly #deps: Dependencies
  #ending: Promise<void> | null = null
  /** The drill for which the revert of a fault has not been recorded yet. */
  #owesNotesOf: string | null = null

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  get isUnderWay(): boolean {
    return this.#ending !== null
  }

  /** Ends the drill for its trainee immediately, then reverts its faults and restores the range. Resolves after the first attempt. */
  end(body: End): Promise<void> {
    this.#ending ??= this.#carryOut(body).finally(() => (this.#ending = null))
    return this.#ending
  }

  /** The same, but resolves after a limited time, for a caller that waits for an answer. */
  async endAndAnswer(body: End): Promise<void> {
    await forAtMost(answeredAfterMs, this.end(body))
  }

  /** For a drill whose faults somebody else reverted. */
  voidAsTaken(): Promise<void> {
    return this.end({ type: 'drill-voided', reason: takenFromIt })
  }

  /** For a drill in which nobody could act for this long, because of `what`. */
  voidAsStood(what: string, ms: number): Promise<void> {
    return this.end({ type: 'drill-voided', reason: stoodStill(what, ms) })
  }

  /** Resolves when no drill is being ended. */
  async settled(): Promise<void> {
    await this.#ending
  }

  async #carryOut(body: End): Promise<void> {
    const { drill, faults, harm, response, restoration } = this.#deps
    const id = drill.id ?? ''
    restoration.owe(id)
    try {
      harm.reportAtOnce()
      drill.append(body)
    } catch (error) {
      // It is over all the same, and its end is written as soon as possible.
      drill.endUnwritten(body)
      process.stderr.write(`the end of drill ${id} cannot be written yet: ${describeError(error)}\n`)
    }
    // A fault whose injection is under way is reverted once it is injected.
    await faults.settled()
    const acting = response.underWay()
    const restore = async () => {
      restoration.owe(id)
      await restoration.run(() => this.#noteReverted(id))
      this.#noteReverted(id)
    }
    await restore()
    if (acting.length === 0) return
    let acted = false
    const over = Promise.allSettled(acting).then(() => (acted = true))
    await forAtMost(actedAfterMs, over)
    if (acted) await restore()
    else void over.then(restore)
  }

  /** Records what the end of the last drill could not record yet: its faults may have been reverted while the ledger could not be written. */
  noteLeft(): void {
    if (this.#owesNotesOf !== null) this.#noteReverted(this.#owesNotesOf)
  }

  /** Records for each fault of the drill that it was reverted, once, whoever reverted it. */
  #noteReverted(id: string): void {
    const { drill, ledger } = this.#deps
    if (drill.id !== id) return
    this.#owesNotesOf = null
    const known = revertedIn(drill.events)
    // oxlint-disable-next-line unicorn/no-useless-spread -- each note adds an event
    for (const event of [...drill.events]) {
      if (event.type !== 'fault-injected' || known.has(event.instance)) continue
      const { instance, fault } = event
      if (ledger.fault(instance)?.state === 'reverted') drill.note(id, { type: 'fault-reverted', instance, fault })
      else this.#owesNotesOf = id
    }
  }
}

/** What a trainee is told when the drill is void; it names nothing that was broken. */
const takenFromIt = 'the faults were reverted by the range’s own safeguards or by the instructor, and not by the players'
const stoodStill = (what: string, ms: number): string =>
  `${what} for ${Math.round(ms / 1_000)} s, and meanwhile the faults were reverted by the range’s own safeguards`
