import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Actor, DrillState } from '../model/drill.ts'
import { FiredrillError } from '../model/errors.ts'
import { foldGameDay, type GameDayEventBody, type GameDayState, type TeamRole } from '../model/game-day.ts'
import type { Scenario } from '../model/scenario.ts'
import type { DrillEngine } from './drill-engine.ts'
import type { Ledger } from './ledger.ts'

/** How many of the latest drills are searched for those that a game day may not know about. */
const mostUnnoted = 10

/** A planned sequence of scenarios for a team that joins by link: one game day at a time. */
export class GameDays {
  readonly #ledger: Ledger
  readonly #engine: DrillEngine
  readonly #scenarios: ReadonlyMap<string, Scenario>

  /** The last folded state; every request needs it to know who sent it. */
  readonly #states = new Map<string, GameDayState>()
  #latest: string | undefined

  /** @param scenarios by id, with shifts in the engine's form. */
  constructor(ledger: Ledger, engine: DrillEngine, scenarios: ReadonlyMap<string, Scenario>) {
    this.#ledger = ledger
    this.#engine = engine
    this.#scenarios = scenarios
  }

  state(id: string): GameDayState {
    const known = this.#states.get(id)
    if (known) return known
    const state = foldGameDay(this.#ledger.gameDayEvents(id))
    if (!state) throw new FiredrillError('not-found', `there is no game day ${id}`)
    const whole = { ...state, drills: [...state.drills, ...this.#unnoted(state)] }
    this.#states.set(id, whole)
    return whole
  }
  /** Newest first. */
  all(): GameDayState[] {
    return this.#ledger.gameDays().map((id) => this.state(id))
  }
  /** The one that has not ended, if any. */
  current(): GameDayState | null {
    this.#latest ??= this.#ledger.gameDays(1)[0]
    const latest = this.#latest
    const state = latest === undefined ? null : this.state(latest)
    return state?.endedAt === null ? state : null
  }

  plan(title: string, scenarios: string[], mode: GameDayState['mode']): GameDayState {
    const unknown = scenarios.find((id) => !this.#scenarios.has(id))
    if (unknown !== undefined) throw new FiredrillError('not-found', `there is no scenario '${unknown}', and no shift`)
    for (const scenario of this.#scenarios.values()) if (scenarios.includes(scenario.id)) this.#engine.mustBePlayable(scenario)
    if (this.current()) throw new FiredrillError('conflict', 'a game day is open: end it first')
    const id = randomUUID()
    this.#append(id, { type: 'planned', title, scenarios, mode, code: randomBytes(12).toString('base64url') })
    return this.state(id)
  }

  /** Returns the id that the browser has from now on. */
  join(code: string, name: string, role: TeamRole): { gameDay: GameDayState; person: string } {
    const gameDay = this.current()
    if (!gameDay || !same(gameDay.code, code)) throw new FiredrillError('not-found', 'this link does not belong to an open game day')
    if (gameDay.people.some((one) => one.name.toLowerCase() === name.toLowerCase())) {
      throw new FiredrillError('conflict', `somebody has joined as ${name} already: add a letter`)
    }
    // Each member gets a token of their own, which is invalid once they are removed, or the game day ends.
    const person = randomBytes(24).toString('base64url')
    this.#append(gameDay.id, { type: 'joined', person, name, role })
    return { gameDay: this.state(gameDay.id), person }
  }

  /** Whether somebody who joined is a member of the open game day. */
  hasJoined(person: string): boolean {
    return this.current()?.people.some((one) => same(one.person, person)) ?? false
  }

  /** Revokes a member's token: what they did stays, and they have no access any more. */
  revoke(id: string, name: string): void {
    const found = this.#open(id).people.find((one) => one.name === name)
    if (!found) throw new FiredrillError('not-found', `nobody of that name has joined: '${name}'`)
    this.#append(id, { type: 'revoked', person: found.person })
  }

  takeRole(person: string, role: TeamRole): void {
    const gameDay = this.current()
    if (!gameDay?.people.some((one) => one.person === person)) throw new FiredrillError('not-found', 'join the game day first')
    this.#append(gameDay.id, { type: 'role-taken', person, role })
  }

  /** A message to the team: within the running drill, so that it is in its timeline, or else between drills. */
  say(text: string, by: Actor): void {
    if (this.#engine.running()) return this.#engine.messages.say(text, by)
    const gameDay = this.current()
    if (!gameDay) throw new FiredrillError('wrong-state', 'no game day is open')
    this.#append(gameDay.id, { type: 'said', by, text })
  }

  /** Starts the next scenario's drill. */
  async next(id: string): Promise<DrillState> {
    await this.#engine.settled()
    const gameDay = this.#open(id)
    const noted = foldGameDay(this.#ledger.gameDayEvents(id))
    for (const begun of noted ? this.#unnoted(noted) : []) this.#append(id, { type: 'drill-begun', ...begun })
    const scenario = gameDay.scenarios[gameDay.drills.length]
    if (scenario === undefined) throw new FiredrillError('wrong-state', 'every scenario of this game day has been played')
    // In a shift, status updates give no points.
    const isShift = this.#scenarios.get(scenario)?.incidents !== undefined
    const communications = !isShift && gameDay.people.some(({ role }) => role === 'communications')
    const drill = await this.#engine.start(scenario, {
      mode: gameDay.mode,
      trainee: gameDay.title,
      blind: true,
      gameDay: id,
      communications,
    })
    this.#append(id, { type: 'drill-begun', drill: drill.id, scenario })
    return drill
  }

  async end(id: string): Promise<void> {
    const { drills } = this.#open(id)
    const running = this.#engine.running()
    if (running && drills.some(({ drill }) => drill === running.id)) await this.#engine.abort('the game day is over')
    this.#append(id, { type: 'ended' })
  }

  /** Drills of the game day that could not be recorded, such as when the control plane died just then; oldest first. */
  #unnoted({ id, drills }: GameDayState): GameDayState['drills'] {
    return this.#ledger
      .drills(mostUnnoted)
      .toReversed()
      .flatMap((drill) => {
        const started = drills.some((known) => known.drill === drill) ? null : this.#ledger.firstEvent(drill)
        return started?.type === 'drill-started' && started.gameDay === id ? [{ drill, scenario: started.scenario }] : []
      })
  }

  #append(id: string, body: GameDayEventBody): void {
    // Also if it cannot be written.
    this.#states.delete(id)
    this.#ledger.appendToGameDay(id, body)
    if (body.type === 'planned') this.#latest = id
  }

  #open(id: string): GameDayState {
    const state = this.state(id)
    if (state.endedAt !== null) throw new FiredrillError('wrong-state', 'this game day is over')
    return state
  }
}

function same(a: string, b: string): boolean {
  const [known, given] = [Buffer.from(a), Buffer.from(b)]
  return known.length === given.length && timingSafeEqual(known, given)
}
