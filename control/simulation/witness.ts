import assert from 'node:assert/strict'
import { isOpen, type DrillEvent, type DrillState } from '../../model/drill.ts'
import type { DrillEngine } from '../drill-engine.ts'
import type { Ledger } from '../ledger.ts'

/** What a witness sees of its world. */
interface World {
  readonly engine: DrillEngine | null
  readonly ledger: Ledger
  /** Whether nothing has failed for some time. */
  readonly isCalm: boolean
  readonly clockWasSet: boolean
  /** Whether the control plane has been up, with time to run, for this many seconds. */
  readonly aliveFor: number
  drills(): string[]
  events(drill: string): readonly DrillEvent[]
  state(drill: string): DrillState
  diskWasFullWithin(seconds: number): boolean
}

/** Pending events are written by the second tick after the disk has room again. */
const writtenWithin = 3

/** An action that was accepted by a living control plane. */
interface Deed {
  /** The key of its event. */
  key: string
  /** The drill in which it was started. */
  drill: string | null
  by: DrillEngine
  /** Whether its event was written: if not, the disk was full. */
  isWritten: boolean
}

/** The key of an event that a person caused; null for all others. Each action is done under a name of its own. */
function keyOf(event: DrillEvent): string | null {
  switch (event.type) {
    case 'note-added':
      return event.text
    case 'action-run':
      return event.by?.name ?? event.action
    case 'command-run':
      return event.command
    case 'place-viewed':
      return `${event.view} ${event.component} in ${event.drill}`
    default:
      return null
  }
}

/** In a shift, a look for one incident is repeated for the next. */
const mayBeAgain = (world: World, drill: string, key: string): boolean => world.state(drill).shift && key.endsWith(` in ${drill}`)

/** Remembers, beside the range, what was done and reported, to compare it with the events of drills. */
export class Witness {
  #names = 0
  #deeds: Deed[] = []
  /** Actions that were refused, and belong to no drill. */
  readonly #refused = new Set<string>()
  readonly #counts = new Map<string, { events: readonly DrillEvent[]; counts: ReadonlyMap<string, number> }>()
  /** The drill that a control plane resumed, and how often that had been recorded in it. */
  #takenOver: { drill: string; timesTold: number } | null = null
  /** Drills that were suspended for so long that nobody could act in them. */
  readonly #stood = new Set<string>()
  /** The live events of all control planes, in order. */
  readonly told: DrillEvent[] = []
  /** How many of them are known to be in the ledger. */
  #held = 0

  /** A name that nobody else has. */
  name(): string {
    return `person ${++this.#names}`
  }

  /** Records whether a control plane accepted it, as far as the caller can know. */
  did(world: World, key: string, drill: string | null, work: () => unknown): unknown {
    const by = world.engine
    if (!by) return undefined
    const taken = () => {
      // If a control plane accepted it and died, nobody was told.
      if (world.engine !== by) return
      const isWritten = this.#times(world, key) > 0
      assert.ok(isWritten || drill === null || world.diskWasFullWithin(writtenWithin), `${key} was taken, and is not in the drill's events`)
      this.#deeds.push({ key, drill, by, isWritten })
    }
    const failed = (error: unknown): never => {
      // An action that failed on the range was executed all the same.
      if (isCode(error, 'wrong-state')) this.#refused.add(key)
      else if (error instanceof Error && error.message === 'out of order') taken()
      throw error
    }
    try {
      const result = work()
      if (result instanceof Promise) return result.then(taken, failed)
      taken()
      return result
    } catch (error) {
      return failed(error)
    }
  }

  /** A new control plane has replaced one that died. */
  takesOver(world: World): void {
    const drill = world.ledger.runningDrill()?.id
    this.#takenOver = drill === undefined ? null : { drill, timesTold: timesResumed(world, drill) }
  }

  /** The control plane has been down for so long that the reaper takes over. */
  stands({ ledger }: World): void {
    const drill = ledger.runningDrill()?.id
    if (drill !== undefined) this.#stood.add(drill)
  }

  /** Every page, action, view and kill in a drill is in its events once. */
  mustBeTold(world: World): void {
    for (const drill of world.drills())
      for (const [key, times] of this.#countsOf(world, drill)) {
        assert.ok(times === 1 || mayBeAgain(world, drill, key), `${key} is in the drill's events ${times} times`)
        assert.ok(!this.#refused.has(key), `${key} was refused, and is in the drill's events`)
      }
    this.#deeds = this.#deeds.filter((deed) => {
      if (!deed.isWritten && world.engine !== deed.by) return false
      const isDue = deed.isWritten || (world.aliveFor >= writtenWithin && !world.diskWasFullWithin(writtenWithin))
      const times = this.#times(world, deed.key)
      if (deed.drill === null) assert.equal(times, 0, `${deed.key} happened in no drill`)
      else if (isDue && !(times > 1 && mayBeAgain(world, deed.drill, deed.key)))
        assert.equal(times, 1, `${deed.key} was taken, and is in the drill's events ${times} times`)
      deed.isWritten ||= times > 0
      return true
    })
    this.#mustTellKill(world)
    this.#mustBeLedger(world)
  }

  /** The death of a control plane in a drill is among its events, or has ended it. */
  #mustTellKill(world: World): void {
    if (world.isCalm && world.aliveFor > 2 && !world.clockWasSet)
      for (const drill of this.#stood) assert.ok(!isOpen(world.state(drill)), 'a drill goes on in which nobody could act')
    if (!this.#takenOver || !world.engine) return
    const { drill, timesTold } = this.#takenOver
    const times = timesResumed(world, drill) - timesTold
    assert.ok(times <= 1, `a drill was taken up ${times} times by one control plane`)
    if (world.isCalm && world.aliveFor > 2 && isOpen(world.state(drill))) assert.equal(times, 1, 'a drill was taken up, and does not know')
  }

  /** Live events equal the written ones, each once. */
  #mustBeLedger(world: World): void {
    const { told } = this
    const drills = world.drills()
    const written = drills.reduce((count, drill) => count + world.events(drill).length, 0)
    assert.equal(told.length, written, 'what was told live is what is in the ledger')
    if (told.length === this.#held) return
    const byId = new Map(drills.flatMap((drill) => world.events(drill)).map((event) => [event.id, event]))
    for (const event of told.slice(this.#held)) {
      assert.deepEqual(byId.get(event.id), JSON.parse(JSON.stringify(event)), 'what was told live is what is in the ledger')
    }
    assert.equal(new Set(told.map(({ id }) => id)).size, told.length, 'an event is told once')
    this.#held = told.length
  }

  #times(world: World, key: string): number {
    return world.drills().reduce((times, drill) => times + (this.#countsOf(world, drill).get(key) ?? 0), 0)
  }
  #countsOf(world: World, drill: string): ReadonlyMap<string, number> {
    const events = world.events(drill)
    const known = this.#counts.get(drill)
    if (known?.events === events) return known.counts
    const counts = new Map<string, number>()
    for (const event of events) {
      const key = keyOf(event)
      if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    this.#counts.set(drill, { events, counts })
    return counts
  }
}

const timesResumed = (world: World, drill: string): number =>
  world.events(drill).reduce((times, { type }) => times + (type === 'control-resumed' ? 1 : 0), 0)

const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code
