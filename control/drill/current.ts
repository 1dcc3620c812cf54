import { EventEmitter } from 'node:events'
import type { Verdict } from '../../drills/checks/registry.ts'
import { drawnScenario } from '../../drills/variants.ts'
import {
  foldDrill,
  isOpen,
  mayDo,
  type Actor,
  type DrillCommand,
  type DrillEvent,
  type DrillEventBody,
  type DrillState,
} from '../../model/drill.ts'
import { FiredrillError, describeError } from '../../model/errors.ts'
import type { Scenario } from '../../model/scenario.ts'
import type { Ledger } from '../ledger.ts'

const mostUnwrittenNotes = 100

/** What the coach is saying, as it is said; what it has said is an event. */
export interface CoachText {
  drill: string
  /** The event that it answers. */
  to: number
  text: string
}

/** What policies decide by. */
export interface Situation {
  state: DrillState
  /** Of the drill, oldest first. */
  events: readonly DrillEvent[]
  scenario: Scenario
  /** Milliseconds since the epoch. */
  now: number
}

type Listener = { event: [DrillEvent]; verdict: [Verdict]; coach: [CoachText] }

/** The drill that runs, or the last one that did: its events, in memory and in the ledger. All that is known of a drill is in them. */
export class CurrentDrill {
  readonly live = new EventEmitter<Listener>()
  readonly #ledger: Ledger
  readonly #scenarios: ReadonlyMap<string, Scenario>
  /** As in the ledger. */
  #events: DrillEvent[] = []
  #folded: { events: readonly DrillEvent[]; count: number; state: DrillState | null } = { events: this.#events, count: 0, state: null }
  /** How the drill has ended, while that cannot be written down. */
  #unwrittenEnd: DrillEventBody | null = null
  /** What was looked at, while that cannot be written down. */
  #unwrittenNotes: (() => void)[] = []
  #unwritable = false

  constructor(ledger: Ledger, scenarios: ReadonlyMap<string, Scenario>) {
    this.#ledger = ledger
    this.#scenarios = scenarios
    // Each stream of live events listens.
    this.live.setMaxListeners(200)
  }

  /** Undefined before the first drill. */
  get id(): string | undefined {
    return this.#events[0]?.drill
  }
  get events(): readonly DrillEvent[] {
    return this.#events
  }
  /** Whether the ledger could not be written when it was last tried. */
  get isUnwritable(): boolean {
    return this.#unwritable
  }
  get hasUnwrittenEnd(): boolean {
    return this.#unwrittenEnd !== null
  }

  /** The drill that has begun and not ended; it may be paused. */
  running(): DrillState | null {
    const state = this.#fold()
    return state && isOpen(state) && !this.hasUnwrittenEnd ? state : null
  }

  /** The drill, for a command. Throws `not-found` when there is none, `wrong-state` when it is too late for that. */
  mustAllow(command: DrillCommand): DrillState {
    const state = this.#fold()
    if (!state) throw new FiredrillError('not-found', 'no drill is running')
    this.mustBeWritten()
    if (!mayDo(state.phase, command))
      throw new FiredrillError('wrong-state', `the drill is ${state.phase}: too late to ${command.replace('-', ' ')}`)
    return state
  }

  /** Throws `wrong-state` while the end of the drill cannot be written down. */
  mustBeWritten(): void {
    if (this.hasUnwrittenEnd)
      throw new FiredrillError('wrong-state', 'the drill before is over, which cannot be written down yet: is the disk full?')
  }

  /** Folded anew only when there are more events. */
  #fold(): DrillState | null {
    const events = this.#events
    if (this.#folded.events !== events || this.#folded.count !== events.length)
      this.#folded = { events, count: events.length, state: foldDrill(events) }
    return this.#folded.state
  }

  /** As its author planned it. Throws `not-found`. */
  scenario(id: string): Scenario {
    const scenario = this.#scenarios.get(id)
    if (!scenario) throw new FiredrillError('not-found', `there is no scenario '${id}'`)
    return scenario
  }

  /** What is played in a drill, as its seed drew it. */
  played(state: DrillState): Scenario {
    return drawnScenario(this.scenario(state.scenario), state)
  }

  situation(state: DrillState): Situation {
    return { state, events: this.#events, scenario: this.played(state), now: Date.now() }
  }

  /** From now on this is the current drill. */
  begin(id: string, started: Extract<DrillEventBody, { type: 'drill-started' }>): void {
    this.#events = []
    this.#write(id, started)
  }

  /** Takes up a drill that an earlier control plane has begun. */
  load(id: string): void {
    this.#events = this.#ledger.events(id)
  }

  append(body: DrillEventBody, by?: Actor): DrillEvent {
    if (this.id === undefined) throw new FiredrillError('not-found', 'no drill is running')
    return this.#write(this.id, body, by)
  }

  /** An event with which the limits of the drill's faults move: whoever comes after a crash finds both, or neither. */
  appendAndExtend(body: DrillEventBody, byMs: number, by?: Actor): DrillEvent {
    if (this.id === undefined) throw new FiredrillError('not-found', 'no drill is running')
    return this.#take(this.#ledger.appendAndExtend(this.id, body, byMs, by))
  }

  #write(drill: string, body: DrillEventBody, by?: Actor): DrillEvent {
    return this.#take(this.#ledger.append(drill, body, by))
  }
  #take(event: DrillEvent): DrillEvent {
    this.#events.push(event)
    this.live.emit('event', event)
    return event
  }

  /** What has happened in a drill, which may be over by now: it is written as soon as that can be done. */
  note(id: string, body: DrillEventBody, by?: Actor): void {
    try {
      if (this.id === id) this.append(body, by)
      else this.#ledger.append(id, body, by)
    } catch {
      this.noteLater(() => this.note(id, body, by))
    }
  }

  /** For an end that could not be appended: the drill is over all the same, and its end is written as soon as it can be. */
  endUnwritten(body: DrillEventBody): void {
    this.#unwrittenEnd = body
  }

  /** Calls `note` when the ledger can be written again, unless too much waits for that already. */
  noteLater(note: () => void): void {
    if (this.#unwrittenNotes.length < mostUnwrittenNotes) this.#unwrittenNotes.push(note)
  }

  /** Tells the ledger that this control plane is alive, and writes what could not be written before. */
  noteAlive(now: number): void {
    try {
      this.#ledger.setAliveAt(now)
      this.#unwritable = false
      for (const note of this.#unwrittenNotes.splice(0)) note()
      const end = this.#unwrittenEnd
      if (end === null) return
      this.append(end)
      this.#unwrittenEnd = null
    } catch (error) {
      // All else goes on: faults come out without being written down.
      if (!this.#unwritable) process.stderr.write(`the ledger cannot be written: ${describeError(error)}\n`)
      this.#unwritable = true
    }
  }
}
