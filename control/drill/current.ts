import { EventEmitter } from 'node:events'
import type { Verdict } from '../../drills/checks/registry.ts'
import { Incidents } from '../../drills/shifts/incidents.ts'
import { drawnScenario } from '../../drills/variants.ts'
import {
  endsDrill,
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

/** Maximum number of events that are kept while they cannot be written. */
const mostUnwritten = 1_000

/** An event that could not be written yet, and when it happened. */
interface Unwritten {
  drill: string
  body: DrillEventBody
  by: Actor | undefined
  at: number
}

/** A message of the coach while it is being generated; the complete message is an event. */
export interface CoachText {
  drill: string
  /** The event that it answers. */
  to: number
  text: string
}

/** The input of the policies. */
export interface Situation {
  state: DrillState
  /** Of the drill, oldest first. */
  events: readonly DrillEvent[]
  scenario: Scenario
  /** Milliseconds since the epoch. */
  now: number
}

/** `over` is sent once for each drill, even if its end cannot be written yet. */
type Listener = { event: [DrillEvent]; over: [drill: string]; verdict: [Verdict]; coach: [CoachText] }

/** The running drill, or the last one: its events, in memory and in the ledger. Everything that is known about a drill is in them. */
export class CurrentDrill {
  readonly live = new EventEmitter<Listener>()
  readonly #ledger: Ledger
  readonly #scenarios: ReadonlyMap<string, Scenario>
  /** As in the ledger. */
  #events: DrillEvent[] = []
  #folded: { events: readonly DrillEvent[]; count: number; state: DrillState | null } | null = null
  #incidents: { events: readonly DrillEvent[]; all: Incidents } | null = null
  /** The end of the drill, while it cannot be written. */
  #unwrittenEnd: DrillEventBody | null = null
  /** Actions and looks that could not be written yet, oldest first. */
  #unwritten: Unwritten[] = []
  #unwritable = false

  constructor(ledger: Ledger, scenarios: ReadonlyMap<string, Scenario>) {
    this.#ledger = ledger
    this.#scenarios = scenarios
    // Each stream of live events adds a listener.
    this.live.setMaxListeners(200)
  }

  /** Undefined before the first drill. */
  get id(): string | undefined {
    return this.#events[0]?.drill
  }
  get events(): readonly DrillEvent[] {
    return this.#events
  }
  /** Whether the last write to the ledger failed. */
  get isUnwritable(): boolean {
    return this.#unwritable
  }
  get hasUnwrittenEnd(): boolean {
    return this.#unwrittenEnd !== null
  }

  /** The drill that has started and not ended; it may be paused. */
  running(): DrillState | null {
    const state = this.#fold()
    return state && isOpen(state) && !this.hasUnwrittenEnd ? state : null
  }

  /** The drill, for a command. Throws `not-found` when there is none, `wrong-state` if its phase does not allow the command. */
  mustAllow(command: DrillCommand): DrillState {
    const state = this.#fold()
    if (!state) throw new FiredrillError('not-found', 'no drill is running')
    this.mustBeWritten()
    if (!mayDo(state.phase, command))
      throw new FiredrillError('wrong-state', `the drill is ${state.phase}: too late to ${command.replace('-', ' ')}`)
    return state
  }

  /** Throws `wrong-state` while the end of the drill cannot be written. */
  mustBeWritten(): void {
    if (this.hasUnwrittenEnd)
      throw new FiredrillError('wrong-state', 'the end of the previous drill cannot be recorded yet: is the disk full?')
  }

  /** Folded again only when there are new events. */
  #fold(): DrillState | null {
    const events = this.#events
    if (this.#folded?.events !== events || this.#folded.count !== events.length)
      this.#folded = { events, count: events.length, state: foldDrill(events) }
    return this.#folded.state
  }

  /** Whether a step of the timeline is still to be injected: steps of a shift's incident that is over are not. */
  isPending({ injectedSteps }: Pick<DrillState, 'injectedSteps'>, step: number): boolean {
    return !injectedSteps.includes(step) && !this.incidents()?.isOver(step)
  }

  /** The scenario as its author wrote it. Throws `not-found`. */
  scenario(id: string): Scenario {
    const scenario = this.#scenarios.get(id)
    if (!scenario) throw new FiredrillError('not-found', `there is no scenario '${id}'`)
    return scenario
  }

  /** The scenario as the drill's seed drew it. */
  played(state: DrillState): Scenario {
    return drawnScenario(this.scenario(state.scenario), state)
  }

  /** Assigns a shift's events to its incidents; null for any other drill. */
  incidents(): Incidents | null {
    const state = this.#fold()
    if (!state?.shift) return null
    if (this.#incidents?.events !== this.#events)
      this.#incidents = { events: this.#events, all: new Incidents(this.played(state).incidents ?? []) }
    const { all } = this.#incidents
    for (const event of this.#events.slice(all.taken)) all.take(event)
    return all
  }

  situation(state: DrillState): Situation {
    return { state, events: this.#events, scenario: this.played(state), now: Date.now() }
  }

  /** Makes this the current drill. */
  begin(id: string, started: Extract<DrillEventBody, { type: 'drill-started' }>): void {
    this.#events = []
    this.#write(id, started)
  }

  /** Resumes a drill that an earlier control plane has started. */
  load(id: string): void {
    this.#events = this.#ledger.events(id)
  }

  append(body: DrillEventBody, by?: Actor): DrillEvent {
    if (this.id === undefined) throw new FiredrillError('not-found', 'no drill is running')
    // Earlier events come first: there is room again.
    this.#writeLeft()
    return this.#write(this.id, body, by)
  }

  /** An event together with the move of the faults' deadlines: after a crash there are both, or neither. */
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
    if (endsDrill(event) && !this.hasUnwrittenEnd) this.live.emit('over', event.drill)
    return event
  }

  /** An event of a drill that may be over by now: it is written as soon as possible, with the time at which it happened. */
  note(drill: string, body: DrillEventBody, by?: Actor): void {
    const happened = { drill, body, by, at: Date.now() }
    if (this.#unwritten.length === 0 && this.#writes(happened)) return
    const once = onceOf(body)
    const isKnown = once !== null && this.#unwritten.some((other) => other.drill === drill && onceOf(other.body) === once)
    if (!isKnown && this.#unwritten.length < mostUnwritten) this.#unwritten.push(happened)
  }

  /** Writes the pending events, in order, as far as there is room. */
  #writeLeft(): void {
    for (let oldest = this.#unwritten[0]; oldest && this.#writes(oldest); oldest = this.#unwritten[0]) this.#unwritten.shift()
  }

  /** Returns whether it could be written. */
  #writes({ drill, body, by, at }: Unwritten): boolean {
    let event: DrillEvent
    try {
      const last = this.id === drill ? this.#events.at(-1)?.at : undefined
      event = this.#ledger.append(drill, body, by, Math.max(at, last ?? at))
    } catch {
      return false
    }
    if (this.id === drill) this.#take(event)
    return true
  }

  /** For an end that could not be appended: the drill is over all the same, and its end is written as soon as possible. */
  endUnwritten(body: DrillEventBody): void {
    this.#unwrittenEnd = body
    this.live.emit('over', this.id ?? '')
  }

  /** Records in the ledger that this control plane is alive, and writes pending events. */
  noteAlive(now: number): void {
    try {
      this.#ledger.setAliveAt(now)
      this.#unwritable = false
      this.#writeLeft()
      if (this.#unwritten.length > 0) throw new Error('earlier events cannot be written yet')
      const end = this.#unwrittenEnd
      if (end === null) return
      this.append(end)
      this.#unwrittenEnd = null
    } catch (error) {
      // Everything else continues: faults are reverted even if that cannot be written.
      if (!this.#unwritable) process.stderr.write(`the ledger cannot be written: ${describeError(error)}\n`)
      this.#unwritable = true
    }
  }
}

/** The key of an event that is recorded once in a drill. */
function onceOf(body: DrillEventBody): string | null {
  if (body.type === 'place-viewed') return `${body.view} ${body.component}`
  return body.type === 'fault-reverted' ? body.instance : null
}
