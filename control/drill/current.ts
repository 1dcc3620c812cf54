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

/** So many events are kept that cannot be written down. */
const mostUnwritten = 1_000

/** What has happened, when, and could not be written down yet. */
interface Unwritten {
  drill: string
  body: DrillEventBody
  by: Actor | undefined
  at: number
}

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

/** `over` is told once for each drill, also where its end cannot be written down yet. */
type Listener = { event: [DrillEvent]; over: [drill: string]; verdict: [Verdict]; coach: [CoachText] }

/** The drill that runs, or the last one that did: its events, in memory and in the ledger. All that is known of a drill is in them. */
export class CurrentDrill {
  readonly live = new EventEmitter<Listener>()
  readonly #ledger: Ledger
  readonly #scenarios: ReadonlyMap<string, Scenario>
  /** As in the ledger. */
  #events: DrillEvent[] = []
  #folded: { events: readonly DrillEvent[]; count: number; state: DrillState | null } | null = null
  #incidents: { events: readonly DrillEvent[]; all: Incidents } | null = null
  /** How the drill has ended, while that cannot be written down. */
  #unwrittenEnd: DrillEventBody | null = null
  /** What was done and looked at, while that cannot be written down; oldest first. */
  #unwritten: Unwritten[] = []
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
      throw new FiredrillError('wrong-state', 'the end of the previous drill cannot be recorded yet: is the disk full?')
  }

  /** Folded again only when there are more events. */
  #fold(): DrillState | null {
    const events = this.#events
    if (this.#folded?.events !== events || this.#folded.count !== events.length)
      this.#folded = { events, count: events.length, state: foldDrill(events) }
    return this.#folded.state
  }

  /** Whether a step of the timeline is still to go in: what would break an incident of a shift that is over does not. */
  isPending({ injectedSteps }: Pick<DrillState, 'injectedSteps'>, step: number): boolean {
    return !injectedSteps.includes(step) && !this.incidents()?.isOver(step)
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

  /** What of a shift's events is of which of its incidents; null of a drill that is none. */
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
    // What happened before it comes first: there is room again.
    this.#writeLeft()
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
    if (endsDrill(event) && !this.hasUnwrittenEnd) this.live.emit('over', event.drill)
    return event
  }

  /** What has happened in a drill, which may be over by now: it is written as soon as that can be done, with the time at which it was. */
  note(drill: string, body: DrillEventBody, by?: Actor): void {
    const happened = { drill, body, by, at: Date.now() }
    if (this.#unwritten.length === 0 && this.#writes(happened)) return
    const once = onceOf(body)
    const isKnown = once !== null && this.#unwritten.some((other) => other.drill === drill && onceOf(other.body) === once)
    if (!isKnown && this.#unwritten.length < mostUnwritten) this.#unwritten.push(happened)
  }

  /** Writes what could not be written before, in its order, as far as there is room. */
  #writeLeft(): void {
    for (let oldest = this.#unwritten[0]; oldest && this.#writes(oldest); oldest = this.#unwritten[0]) this.#unwritten.shift()
  }

  /** Whether it could be written. */
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

  /** For an end that could not be appended: the drill is over all the same, and its end is written as soon as it can be. */
  endUnwritten(body: DrillEventBody): void {
    this.#unwrittenEnd = body
    this.live.emit('over', this.id ?? '')
  }

  /** Tells the ledger that this control plane is alive, and writes what could not be written before. */
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
      // All else goes on: faults come out without being written down.
      if (!this.#unwritable) process.stderr.write(`the ledger cannot be written: ${describeError(error)}\n`)
      this.#unwritable = true
    }
  }
}

/** By what it is known, of something that is noted once in a drill. */
function onceOf(body: DrillEventBody): string | null {
  if (body.type === 'place-viewed') return `${body.view} ${body.component}`
  return body.type === 'fault-reverted' ? body.instance : null
}
