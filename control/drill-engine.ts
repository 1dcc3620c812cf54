import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { actionById } from '../drills/actions/registry.ts'
import { decide, nextHint, type Decision } from '../coach/policy.ts'
import { fingerprint } from '../drills/baseline.ts'
import { judge, type Verdict } from '../drills/checks/registry.ts'
import { isPlayable } from '../drills/scenarios.ts'
import { drawnScenario, variantFor } from '../drills/variants.ts'
import { trafficOf, withTraffic } from '../drills/traffic.ts'
import { AlertReconciliation, type CurrentAlert } from './alert-reconciliation.ts'
import { harmOf, isCause, provenMilestones, type TimedVerdict } from '../drills/milestones.ts'
import type { Pin } from '../model/pin.ts'
import type { ActionResult } from '../model/action.ts'
import type { Sample } from '../model/check.ts'
import {
  drillClock,
  foldDrill,
  isOpen,
  mayDo,
  type Actor,
  type AlertSummary,
  type CoachMode,
  type DrillCommand,
  type DrillEvent,
  type DrillEventBody,
  type DrillState,
  type UserHarm,
} from '../model/drill.ts'
import { FiredrillError, describeError } from '../model/errors.ts'
import type { Range } from '../model/range.ts'
import type { CharacterId } from '../model/people.ts'
import type { CauseCategory, Scenario, ViewKind } from '../model/scenario.ts'
import type { ShopComponentName } from '../model/components.ts'
import { peopleParameters } from '../people/parameters.ts'
import { decidePeople, isPersonSpeaking } from '../people/policy.ts'
import { ticketsIn } from '../people/ticket-list.ts'
import { decideTicket } from '../people/tickets.ts'
import type { HandledTickets } from '../model/tickets.ts'
import type { Injector } from './injector.ts'
import { usersOn } from '../drills/users.ts'
import type { KeptRequests } from './kept-requests.ts'
import { leaseMs } from './lease.ts'
import type { Ledger } from './ledger.ts'
import { Restoration } from './restoration.ts'
import type { Sampler } from './sampler.ts'
import { mustBeBlind } from './blind.ts'
import { takenOut } from './taken-out.ts'

/** A fault lives a little longer than its drill, so that the drill's own end is what takes it out. */
const faultGraceMs = 60_000
const keptVerdicts = 30
const mostUnwrittenViews = 100
/** More than anybody types in a drill. */
const mostCommands = 2_000
const compareAlertsEveryMs = 3_000
/** Whoever ends a drill is answered by then: the range may take longer to be as it was. */
const answeredAfterMs = 15_000
/** A pause ends by itself: no fault stays in for longer because somebody forgot it. */
export const longestPauseMs = 30 * 60_000
/** A page that is not acknowledged by then goes to the secondary on call. */
const escalatedAfterMs = 180_000

interface Dependencies {
  range: Range
  ledger: Ledger
  injector: Injector
  sampler: Sampler
  scenarios: ReadonlyMap<string, Scenario>
  /** All that Alertmanager has; null when it does not answer. */
  alerts?: () => Promise<readonly CurrentAlert[] | null>
  /** The requests of users that went wrong; without them no customer writes. */
  kept?: Pick<KeptRequests, 'refresh' | 'requests'>
}

/** What the coach is saying, as it is said; what it has said is an event. */
export interface CoachText {
  drill: string
  /** The event that it answers. */
  to: number
  text: string
}

/** A command that has ended in a terminal, and the action that does the same. */
export interface RanCommand extends Omit<Extract<DrillEventBody, { type: 'command-run' }>, 'type' | 'harmful'> {
  sameAs?: { action: string; params: Record<string, unknown> } | undefined
}

export interface StartOptions {
  mode: DrillState['mode']
  trainee: string
  blind?: boolean
  /** By which what is played is drawn; at random without. */
  seed?: number | undefined
  /** Instead of the one that the seed draws. */
  variant?: string | undefined
}

type Listener = { event: [DrillEvent]; verdict: [Verdict]; coach: [CoachText] }

/** Runs drills: one at a time on a range. Everything it knows of a drill is in its events, so that it can be killed at any moment. */
export class DrillEngine {
  readonly live = new EventEmitter<Listener>()
  readonly #deps: Dependencies
  /** How long there was no control plane before this one, in milliseconds. */
  readonly #goneMs: number
  /** The events of the drill that runs, as in the ledger. */
  #events: DrillEvent[] = []
  #folded: { events: readonly DrillEvent[]; count: number; state: DrillState | null } = { events: this.#events, count: 0, state: null }
  #verdicts: TimedVerdict[] = []
  #harmReportedAt = 0
  readonly #alerts = new AlertReconciliation()
  #comparedAlertsAt = 0
  #ticking = false
  /** A drill of an earlier control plane that has not been taken up yet: what happens meanwhile is among its events. */
  #takingUp = false
  /** A fault that is on its way in: what pages from then on is the drill's. */
  #goingIn: Promise<unknown> | null = null
  #ending: Promise<void> | null = null
  /** How the drill has ended, while that cannot be written down. */
  #unwrittenEnd: DrillEventBody | null = null
  #traffic: { drill: string; rate: number | null } | null = null
  /** What was looked at, while that cannot be written down. */
  #unwrittenViews: (() => void)[] = []
  /** Whether the ledger could not be written when it was last tried. */
  #unwritable = false
  #easing: Promise<void> | null = null
  #starting = false
  #tickedAt = Date.now()
  /** Faults that this engine takes out, or has: whatever else becomes of a drill's faults is somebody else's doing. */
  readonly #own = new Set<string>()
  readonly #restoration: Restoration

  constructor(deps: Dependencies) {
    this.#deps = deps
    this.#restoration = new Restoration(deps)
    // Each stream of live events listens.
    this.live.setMaxListeners(200)
    // Read before the first tick writes it anew.
    this.#goneMs = Date.now() - (deps.ledger.aliveAt() ?? Date.now())
    const open = deps.ledger.runningDrill()
    if (open) {
      this.#events = deps.ledger.events(open.id)
      this.#takingUp = true
    }
    deps.sampler.onSample((sample) =>
      this.#tick(sample).catch((error: unknown) => void process.stderr.write(`looking at the range: ${describeError(error)}\n`)),
    )
  }

  get verdict(): Verdict {
    const samples = this.#deps.sampler.samples()
    const state = this.running()
    // Who had it made easier has fewer users.
    return withTraffic(judge(samples), samples, state && state.easedAt === null ? this.#usualTraffic(state.id) : null)
  }

  /** What there was of traffic before anything was broken in this drill, in answers a second; null where that is not known. */
  #usualTraffic(drill: string): number | null {
    if (this.#traffic?.drill !== drill) {
      const [of, rate] = (this.#deps.ledger.note('usual-traffic') ?? '').split(' ')
      this.#traffic = { drill, rate: of === drill && rate ? Number(rate) : null }
    }
    return this.#traffic.rate
  }

  /** The verdict on the range as it is since it was last restored: what was seen before says nothing of it. */
  async currentVerdict(): Promise<Verdict> {
    await this.#deps.sampler.seen(this.#restoration.changedAt)
    return this.verdict
  }

  /** Takes out every fault and sets back whatever a drill may change. Throws `range-not-restored` when something is left behind. */
  async restore(): Promise<void> {
    if (this.running() || this.#starting) throw new FiredrillError('conflict', 'a drill is running: finish or abort it first')
    await this.#ending
    await this.#restoration.run()
    this.#restoration.mustHold()
  }

  /** What stands in the way of drills, in sentences for everybody; none most of the time. */
  get troubles(): string[] {
    const left = this.#restoration.unrestored?.left.map(({ title }) => title.toLowerCase()).join(', ')
    return [
      ...(left
        ? [
            `The range is not as it was before the last drill (${left}). The restore is retried every few seconds, and no drill can start until it succeeds.`,
          ]
        : []),
      ...(this.#unwritable
        ? ['What happens cannot be written down: is the disk full? Whatever is broken still comes out at its limit.']
        : []),
    ]
  }
  /** Throws `range-not-restored` while something is left behind. */
  mustBeRestored(): void {
    this.#restoration.mustHold()
  }

  /** The drill that has begun and not ended; it may be paused. */
  running(): DrillState | null {
    const state = this.#fold()
    return state && isOpen(state) && this.#unwrittenEnd === null ? state : null
  }

  /** The drill as its events have it: folded anew only when there are more of them. */
  #fold(): DrillState | null {
    const events = this.#events
    if (this.#folded.events !== events || this.#folded.count !== events.length)
      this.#folded = { events, count: events.length, state: foldDrill(events) }
    return this.#folded.state
  }

  /** Takes up the drill that was running when the control plane went away, or restores the range when it was gone too long. */
  async resume(): Promise<void> {
    try {
      await this.#takeUp(this.#takingUp ? this.running() : null)
    } finally {
      this.#takingUp = false
    }
  }

  async #takeUp(state: DrillState | null): Promise<void> {
    const goneMs = this.#goneMs
    const lost = state ? takenOut(this.#events, (instance) => this.#deps.ledger.fault(instance), this.#own, Date.now()).lost : []
    // What was on its way in or out when the control plane went is taken out; what stood keeps to its limit.
    await this.#deps.injector.revertUnfinished()
    if (goneMs >= leaseMs) await this.#deps.injector.revertAll().catch(() => [])
    if (!state) {
      // Of a drill that had ended, and of which more may be in than could be taken out.
      const leftIn = this.#deps.injector.open().some(({ drill }) => drill !== null)
      if (leftIn || this.#restoration.isOwed()) await this.#restoration.run()
      return
    }
    if (this.running()?.id !== state.id) return
    if (goneMs >= leaseMs) await this.#end({ type: 'drill-voided', reason: stoodStill('the control plane was gone', goneMs) })
    else if (lost.length > 0) await this.#end({ type: 'drill-voided', reason: takenFromIt })
    else this.#append({ type: 'control-resumed', goneMs })
  }

  /** Throws `unsupported` for a scenario that breaks what the range, where its shop runs, does not have. */
  mustBePlayable(scenario: Scenario): void {
    if (!isPlayable(scenario, this.#deps.range))
      throw new FiredrillError('unsupported', `'${scenario.title}' cannot be played where the shop runs now`)
  }

  async start(scenarioId: string, options: StartOptions): Promise<DrillState> {
    const planned = this.#scenario(scenarioId)
    const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31)
    const variant = variantFor(planned, seed, options.variant)
    const scenario = drawnScenario(planned, { seed, variant })
    if (this.#unwrittenEnd) throw new FiredrillError('wrong-state', overUnwritten)
    if (this.running() || this.#starting || this.#ending)
      throw new FiredrillError('conflict', 'a drill is already running on this range: finish or abort it first')
    this.mustBePlayable(scenario)
    this.#starting = true
    try {
      this.mustBeRestored()
      if (this.#deps.injector.open().length > 0)
        throw new FiredrillError('conflict', 'a fault of the instructor’s is in: it has to be taken out before a drill begins')
      // Whatever was changed since the last drill would be taken for the range as it is.
      await this.#restoration.run()
      this.mustBeRestored()
      const { healthy, results } = await this.currentVerdict()
      if (!healthy) {
        const reasons = results.filter((result) => !result.ok).map((result) => `${result.title}: ${result.detail}`)
        throw new FiredrillError('range-not-steady', `the range is not steady (${reasons.join('; ')}): wait, or run 'firedrill up'`)
      }
      const firing = (await this.#deps.alerts?.())?.filter(({ severity }) => severity === 'page') ?? []
      if (firing.length > 0) {
        // An alert that fires already does not page once more.
        const names = [...new Set(firing.map(({ name }) => name))].join(', ')
        throw new FiredrillError('range-not-steady', `the range is not steady (still firing: ${names}): wait until that has resolved`)
      }
      const before = await fingerprint(this.#deps.range)
      this.#events = []
      this.#verdicts = []
      this.#own.clear()
      this.#append(
        {
          type: 'drill-started',
          scenario: scenario.id,
          mode: options.mode,
          trainee: options.trainee,
          limitMs: scenario.limit,
          seed,
          variant,
          number: this.#deps.ledger.countDrills() + 1,
          blind: mustBeBlind(options),
          usersBefore: this.#deps.sampler.samples().at(-1)?.users ?? null,
          fingerprint: before.hash,
        },
        undefined,
        randomUUID(),
      )
      return this.#current('view')
    } finally {
      this.#starting = false
    }
  }

  acknowledge(by?: Actor): void {
    const state = this.#current('acknowledge')
    if (state.pagedAt === null) throw new FiredrillError('wrong-state', 'there is no page to acknowledge yet')
    if (state.milestones.acknowledged === null) this.#append({ type: 'page-acknowledged' }, by)
    this.#reachMilestones()
  }

  nameCause(component: ShopComponentName, category: CauseCategory, sentence: string, by?: Actor): boolean {
    const state = this.#current('name-cause')
    if (state.milestones.diagnosed !== null) return true
    const correct = isCause(this.#played(state), component, category)
    this.#append({ type: 'cause-named', component, category, sentence, correct }, by)
    this.#reachMilestones()
    return correct
  }

  async runAction(id: string, rawParams: unknown, { role, by }: { role: string; by?: Actor | undefined }): Promise<ActionResult> {
    const action = actionById(id)
    const parsed = action.params.safeParse(rawParams)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      throw new FiredrillError('bad-request', `${id}: ${issue?.path.join('.') || 'params'}: ${issue?.message}`)
    }
    const params = parsed.data as Record<string, unknown>
    const state = this.running() ? this.#current('run-action') : null
    const harmful = state ? harmOf(this.#played(state), id, params) : null
    const record = (ok: boolean, summary: string) => {
      if (this.running()?.id === state?.id && state) {
        this.#append({ type: 'action-run', action: id, title: action.title, kind: action.kind, params, ok, summary, harmful }, by)
      }
    }
    try {
      const result = await action.run({ range: this.#deps.range, by: by?.name ?? role }, params)
      record(true, result.summary)
      const seen = action.looksAt?.(params)
      if (seen) this.view(seen.view, seen.component, seen.detail, by)
      return result
    } catch (error) {
      record(false, describeError(error))
      throw error
    }
  }

  /**
   * Notes what was looked at, as the server saw it being read (`looks.ts`); the same place only once. Outside drills nothing is noted. What
   * cannot be written down now is noted when it can be: nobody's query fails of it.
   */
  view(view: ViewKind, component: ShopComponentName | null, detail: string, by?: Actor): void {
    const drill = this.running()?.id
    if (drill === undefined) return
    try {
      const known = this.#events.some((event) => event.type === 'place-viewed' && event.view === view && event.component === component)
      if (!known) this.#append({ type: 'place-viewed', view, component, detail }, by)
      this.#reachMilestones()
    } catch {
      if (this.#unwrittenViews.length >= mostUnwrittenViews) return
      this.#unwrittenViews.push(() => {
        if (this.running()?.id === drill) this.view(view, component, detail, by)
      })
    }
  }

  /**
   * Notes a command that was run in a terminal. Outside drills, and beyond so many in one, nothing is noted; nor what cannot be written down now: a shell waits
   * for nobody.
   */
  noteCommand({ sameAs, ...command }: RanCommand, by?: Actor): void {
    const state = this.running()
    if (state?.phase !== 'running' || this.#countOf('command-run') >= mostCommands) return
    const harmful = sameAs && command.status === 0 ? harmOf(this.#played(state), sameAs.action, sameAs.params) : null
    try {
      this.#append({ type: 'command-run', ...command, harmful }, by)
    } catch (error) {
      process.stderr.write(`a command cannot be noted: ${describeError(error)}\n`)
    }
  }

  #countOf(type: DrillEvent['type']): number {
    let count = 0
    for (const event of this.#events) if (event.type === type) count++
    return count
  }

  /** The next hint, for who asks, as soon as the policy gives one; otherwise in how many milliseconds, 0 when there is none left. */
  askHint(by?: Actor): { given: boolean; waitMs: number; hint: { milestone: string; rung: string; text: string } | null } {
    const state = this.#current('ask-hint')
    const decision = decide({ state, events: this.#events, scenario: this.#played(state), now: Date.now(), asked: true })
    this.#append({ type: 'hint-asked' }, by)
    this.#carryOut(decision)
    const hint = decision.kind === 'hint' ? { milestone: decision.milestone, rung: decision.rung, text: decision.text } : null
    return { given: hint !== null, waitMs: decision.kind === 'wait' ? decision.forMs : 0, hint }
  }

  /** What the trainee writes to the coach. */
  askCoach(text: string, by?: Actor): DrillEvent {
    this.#current('ask-coach')
    return this.#append({ type: 'coach-asked', text }, by)
  }

  setCoach(mode: CoachMode): void {
    if (this.#current('set-coach').coach !== mode) this.#append({ type: 'coach-mode-set', mode })
  }

  snoozeCoach(forMs: number, by?: Actor): void {
    this.#current('snooze-coach')
    this.#append({ type: 'coach-snoozed', forMs }, by)
  }

  /** What the policy would do now, unasked and for who asks; null when no drill is open. */
  decisions(): { state: DrillState; events: readonly DrillEvent[]; scenario: Scenario; unasked: Decision; asked: Decision } | null {
    const state = this.running()
    if (!state) return null
    const situation = { state, events: this.#events, scenario: this.#played(state), now: Date.now() }
    return {
      state,
      events: this.#events,
      scenario: situation.scenario,
      unasked: decide(situation),
      asked: decide({ ...situation, asked: true }),
    }
  }

  /** Something that the coach says or that is told of it. */
  noteCoach(body: Extract<DrillEventBody, { type: `coach-${string}` }>): void {
    if (this.running()) this.#append(body)
  }

  /** Makes the scenario easier, within what its author allows, once in a drill. */
  ease(): Promise<void> {
    this.#easing ??= this.#ease().finally(() => (this.#easing = null))
    return this.#easing
  }

  async #ease(): Promise<void> {
    const state = this.#current('extend')
    const { ease, timeline } = this.#played(state)
    if (!ease || state.easedAt !== null) return
    this.#append({ type: 'scenario-eased', what: ease.what })
    if (ease.users !== undefined) await this.#deps.range.load.setUsers(usersOn(this.#deps.range, ease.users))
    for (const { step, params } of ease.steps) {
      const planned = timeline[step]
      const standing = this.#deps.ledger.openFaults().find((record) => record.drill === state.id && record.fault === planned?.fault)
      if (!planned || !standing) continue
      this.#own.add(standing.instance)
      await this.#deps.injector.revert(standing.instance)
      if (this.running()?.id !== state.id) return
      this.#append({ type: 'fault-reverted', instance: standing.instance, fault: standing.fault })
      const forMs = Math.max(1_000, standing.deadlineAt - Date.now())
      await this.#inject(state.id, step, planned.fault, { ...planned.params, ...params }, forMs)
    }
  }

  /** The next hint, by the instructor's hand: it does not count as asking. Returns whether there was one. */
  giveHint(): boolean {
    const state = this.#current('ask-hint')
    const hint = nextHint(state, this.#played(state))
    if (!hint) return false
    this.#append({ type: 'hint-given', ...hint, reason: 'instructor' })
    return true
  }

  /** A page that nobody acknowledges goes to the next in line, as it would at work. */
  #escalate(): void {
    const state = this.running()
    if (!state || state.pagedAt === null || state.escalatedAt !== null || state.milestones.acknowledged !== null) return
    const waitedMs = drillClock(state, Date.now()) - drillClock(state, state.pagedAt)
    if (waitedMs >= escalatedAfterMs) this.#append({ type: 'page-escalated', afterMs: waitedMs })
  }

  /** Lets the coach's policy look at the drill, and does what it decides. */
  #coach(): void {
    const state = this.running()
    // Two voices at once are heard by nobody.
    if (state && !isPersonSpeaking(this.#events, Date.now()))
      this.#carryOut(decide({ state, events: this.#events, scenario: this.#played(state), now: Date.now() }))
  }

  #carryOut(decision: Decision): void {
    if (decision.kind === 'wait' || decision.kind === 'exhausted') return
    this.#append({ type: 'coach-decided', decision: decision.kind, reasons: decision.reasons })
    if (decision.kind === 'encourage') this.#append({ type: 'coach-said', about: decision.about, text: decision.text })
    if (decision.kind === 'wrap-up') this.#append({ type: 'coach-said', about: 'the end', text: decision.text })
    if (decision.kind === 'ease')
      this.ease().catch((error: unknown) => process.stderr.write(`easing the scenario: ${describeError(error)}\n`))
    if (decision.kind === 'extend') this.extend(decision.byMs)
    if (decision.kind === 'hint') {
      const { milestone, rung, text, reason } = decision
      this.#append({ type: 'hint-given', milestone, rung, text, reason })
    }
  }

  note(note: { text: string; pin?: Pin | undefined }, by?: Actor): void {
    this.#current('note')
    this.#append({ type: 'note-added', ...note }, by)
  }

  noteToolCall(tool: string, ok: boolean): void {
    this.#append({ type: 'tool-called', tool, ok })
  }

  say(text: string, by?: Actor): void {
    this.#current('say')
    this.#append({ type: 'said', text }, by)
  }

  postStatus(update: Omit<Extract<DrillEventBody, { type: 'status-posted' }>, 'type'>, by?: Actor): void {
    this.#current('post-status')
    this.#append({ type: 'status-posted', ...update }, by)
  }

  /** The trainee to one of the drill's people: a question, or a word that they wait for. */
  askPerson(person: CharacterId, text: string, by?: Actor): void {
    this.#current('ask-person')
    this.#append({ type: 'person-asked', person, text }, by)
  }

  /** How many times the trainee may still ask for quiet. */
  quietsLeft(): number {
    return peopleParameters.quiets - this.#events.filter((event) => event.type === 'quiet-asked' && event.forMs > 0).length
  }

  /** No interruptions for so long; 0 ends a quiet. Throws `conflict` when there were enough of them. */
  askQuiet(forMs: number, by?: Actor): void {
    this.#current('ask-quiet')
    if (forMs > 0 && this.quietsLeft() <= 0)
      throw new FiredrillError(
        'conflict',
        `you have asked for quiet ${peopleParameters.quiets} times, which is as often as people accept it in one incident`,
      )
    this.#append({ type: 'quiet-asked', forMs }, by)
  }

  /** The instructor lets somebody speak; in that person's own words without a text. */
  sendPerson(person: CharacterId, text: string | null): void {
    this.#current('direct-people')
    this.#append({ type: 'person-sent', person, text })
  }

  mutePeople(muted: boolean): void {
    this.#current('direct-people')
    this.#append({ type: 'people-muted', muted })
  }

  /** What a model takes a question for. */
  noteUnderstood(to: number, fact: string): void {
    if (this.running()) this.#append({ type: 'question-understood', to, fact })
  }

  /** Lets people say what their policy decides. */
  #people(): void {
    const state = this.running()
    if (!state) return
    const decision = decidePeople({ state, events: this.#events, scenario: this.#played(state), now: Date.now() })
    if (decision.kind === 'say') this.#append({ type: 'person-said', ...decision.saying })
    if (decision.kind === 'end-quiet') this.#append({ type: 'quiet-ended', held: decision.held, missed: decision.missed })
  }

  /** Throws `wrong-state` when another drill runs, or none. */
  mustRun(id: string): void {
    if (this.running()?.id !== id) throw new FiredrillError('wrong-state', `drill ${id} is not running any more`)
  }

  /** Lets a customer write whose request went wrong, when their policy decides so. */
  #tickets(): void {
    const state = this.running()
    const { kept } = this.#deps
    if (!state || !kept || state.mode === 'rehearsal') return
    // Not waited for: a Locust that hangs holds nothing up.
    void kept.refresh()
    const decision = decideTicket({ state, events: this.#events, kept: kept.requests, now: Date.now() })
    if (decision.kind === 'open') this.#append({ type: 'ticket-opened', ...decision.ticket })
  }

  /** What the trainee does with customers' tickets. Throws `not-found` for a ticket that there is not, `conflict` for one that is closed. */
  handleTickets(handled: HandledTickets, by?: Actor): void {
    this.#current('handle-tickets')
    const tickets = ticketsIn(this.#events)
    for (const number of handled.numbers) {
      const ticket = tickets.find((each) => each.number === number)
      if (!ticket) throw new FiredrillError('not-found', `there is no ticket ${number}: list the tickets to see their numbers`)
      if (ticket.closedAt !== null) throw new FiredrillError('conflict', `ticket ${number} is closed: leave it out`)
    }
    this.#append({ type: 'tickets-handled', ...handled, numbers: [...new Set(handled.numbers)] }, by)
  }

  /** Stops the drill's clock, for a talk or a break; the faults stay in, and their limits move. */
  pause(by?: Actor): void {
    const { id } = this.#current('pause')
    const last = this.#deps.sampler.samples().at(-1)
    if (last) this.#noteHarm(last, true)
    this.#append({ type: 'drill-paused' }, by)
    // At least as long as the pause may be: what is left over is taken back at its end.
    this.#deps.ledger.extendFaults(id, longestPauseMs)
  }

  continue(by?: Actor): void {
    const state = this.#current('continue')
    // A clock may be set back meanwhile.
    const pausedMs = Math.max(0, Date.now() - (state.pauses.at(-1)?.from ?? Date.now()))
    const users = this.#deps.sampler.samples().at(-1)?.users
    const felt = users ? minus(minus(since(state.usersBefore, users), state.harm), state.harmPaused) : { good: 0, slow: 0, failed: 0 }
    this.#append({ type: 'drill-continued', pausedMs, harm: felt }, by)
    this.#deps.ledger.extendFaults(state.id, pausedMs - longestPauseMs)
  }

  message(text: string): void {
    this.#current('message')
    this.#append({ type: 'message-sent', text })
  }

  /** More time, for those who play and for the faults that are in. */
  extend(byMs: number): void {
    const { id } = this.#current('extend')
    this.#append({ type: 'time-extended', byMs })
    this.#deps.ledger.extendFaults(id, byMs)
  }

  /** Pages come at least once, and sometimes twice. */
  page(alert: AlertSummary, status: 'firing' | 'resolved'): void {
    const state = this.running()
    // What comes before any fault is on its way says nothing of the drill; if it still fires then, it is found by comparing.
    if (!state || (state.lastInjectedAt === null && !this.#goingIn)) return
    const known = state.firing.some((firing) => firing.fingerprint === alert.fingerprint)
    if (status === 'firing' && !known) this.#append({ type: 'page-received', alert })
    if (status === 'resolved' && known) this.#append({ type: 'page-resolved', alert })
    this.#reachMilestones()
  }

  async finish(): Promise<void> {
    const state = this.#current('finish')
    await this.#answered(this.#end({ type: 'drill-finished', outcome: state.milestones.recovered === null ? 'given-up' : 'resolved' }))
  }

  async abort(reason: string): Promise<void> {
    this.#current('abort')
    await this.#answered(this.#end({ type: 'drill-aborted', reason }))
  }

  /** Waits for the end of a drill, within what somebody waits for an answer. */
  async #answered(ending: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await Promise.race([ending, new Promise((resolve) => (timer = setTimeout(resolve, answeredAfterMs)))])
    clearTimeout(timer)
  }

  /** Resolves when no drill is being ended, and the range is restored or known not to be. */
  async settled(): Promise<void> {
    await this.#ending
    await this.#restoration.settled()
  }

  stop(): void {
    this.#restoration.stop()
  }

  #scenario(id: string): Scenario {
    const scenario = this.#deps.scenarios.get(id)
    if (!scenario) throw new FiredrillError('not-found', `there is no scenario '${id}'`)
    return scenario
  }

  /** What is played in a drill, as its seed drew it. */
  #played(state: DrillState): Scenario {
    return drawnScenario(this.#scenario(state.scenario), state)
  }

  #current(command: DrillCommand): DrillState {
    const state = this.#fold()
    if (!state) throw new FiredrillError('not-found', 'no drill is running')
    if (this.#unwrittenEnd) throw new FiredrillError('wrong-state', overUnwritten)
    if (!mayDo(state.phase, command))
      throw new FiredrillError('wrong-state', `the drill is ${state.phase}: too late to ${command.replace('-', ' ')}`)
    return state
  }

  #append(body: DrillEventBody, by?: Actor, drill = this.#events[0]?.drill): DrillEvent {
    if (drill === undefined) throw new FiredrillError('not-found', 'no drill is running')
    const event = this.#deps.ledger.append(drill, body, by)
    this.#events.push(event)
    this.live.emit('event', event)
    return event
  }

  async #tick(sample: Sample): Promise<void> {
    const now = Date.now()
    const stoodMs = now - this.#tickedAt
    this.#tickedAt = now
    this.#noteAlive(now)
    const verdict = { ...this.verdict, at: sample.at }
    this.live.emit('verdict', verdict)
    await this.#lookAtFaults(stoodMs)
    this.#deps.injector.advanceRamps().catch((error: unknown) => process.stderr.write(`a ramp: ${describeError(error)}\n`))
    this.#verdicts = [...this.#verdicts, verdict].slice(-keptVerdicts)
    const state = this.running()
    if (!state || this.#ticking || this.#ending || this.#takingUp) return
    if (state.phase === 'paused') {
      if (Date.now() - (state.pauses.at(-1)?.from ?? 0) > longestPauseMs) this.continue()
      return
    }
    this.#ticking = true
    try {
      await this.#injectDue(state)
      if (this.#ending) return
      this.#noteHealth(verdict)
      this.#noteHarm(sample)
      // Not waited for: an Alertmanager that hangs holds nothing up.
      this.#compareAlerts().catch((error: unknown) => process.stderr.write(`alerts: ${describeError(error)}\n`))
      this.#reachMilestones()
      this.#escalate()
      this.#coach()
      this.#people()
      this.#tickets()
      const now = this.running()
      if (now && drillClock(now, Date.now()) > now.limitMs) await this.#end({ type: 'drill-finished', outcome: 'time-up' })
      else if (now && Object.values(now.milestones).every((at) => at !== null))
        await this.#end({ type: 'drill-finished', outcome: 'resolved' })
    } catch (error) {
      process.stderr.write(`drill ${state.id}: ${describeError(error)}\n`)
    } finally {
      this.#ticking = false
    }
  }

  #noteAlive(now: number): void {
    try {
      this.#deps.ledger.setAliveAt(now)
      this.#unwritable = false
      for (const note of this.#unwrittenViews.splice(0)) note()
      const end = this.#unwrittenEnd
      if (end === null) return
      this.#append(end)
      this.#unwrittenEnd = null
    } catch (error) {
      // All else goes on: faults come out without being written down.
      if (!this.#unwritable) process.stderr.write(`the ledger cannot be written: ${describeError(error)}\n`)
      this.#unwritable = true
    }
  }

  /** Takes out what is past its limit, and ends the drill as void when somebody else took out what was in it, or nobody could act for long. */
  async #lookAtFaults(stoodMs: number): Promise<void> {
    await this.#deps.injector.revertOverdue()
    const state = this.running()
    if (!state || this.#ending || this.#takingUp) return
    if (stoodMs >= leaseMs) return this.#end({ type: 'drill-voided', reason: stoodStill('the range or its clock stood', stoodMs) })
    const { over, lost } = takenOut(this.#events, (instance) => this.#deps.ledger.fault(instance), this.#own, Date.now())
    for (const { instance, fault } of over) this.#append({ type: 'fault-reverted', instance, fault })
    if (lost.length > 0) await this.#end({ type: 'drill-voided', reason: takenFromIt })
  }

  async #injectDue(state: DrillState): Promise<void> {
    const scenario = this.#played(state)
    for (const [step, { at, fault, params, for: limitMs }] of scenario.timeline.entries()) {
      if (state.injectedSteps.includes(step) || drillClock(state, Date.now()) < at) continue
      // Injected, but not written down before the control plane went away.
      const standing = this.#deps.ledger
        .openFaults()
        .find((record) => record.drill === state.id && record.fault === fault && JSON.stringify(record.params) === JSON.stringify(params))
      const forMs = limitMs ?? Math.max(1_000, state.limitMs - drillClock(state, Date.now())) + faultGraceMs
      try {
        if (standing) this.#append({ type: 'fault-injected', instance: standing.instance, fault, step })
        else await this.#inject(state.id, step, fault, params, forMs)
        if (this.running()?.id !== state.id) return
      } catch (error) {
        await this.#end({ type: 'drill-aborted', reason: 'the range did not take the scenario; it was restored' })
        throw error
      }
    }
  }

  /** Puts a step's fault in; takes it out again when the drill has ended meanwhile. */
  async #inject(drill: string, step: number, fault: string, params: unknown, forMs: number): Promise<void> {
    if (this.running()?.injectedSteps.length === 0) this.#noteTraffic(drill)
    const injected = this.#deps.injector.inject(fault, params, { forMs, drill })
    this.#goingIn = injected
    try {
      const { instance } = await injected
      if (this.running()?.id === drill) this.#append({ type: 'fault-injected', instance, fault, step })
      else await this.#deps.injector.revert(instance)
    } finally {
      if (this.#goingIn === injected) this.#goingIn = null
    }
  }

  #noteTraffic(drill: string): void {
    const rate = trafficOf(this.#deps.sampler.samples())
    if (rate === null || this.#usualTraffic(drill) !== null) return
    this.#deps.ledger.setNote('usual-traffic', `${drill} ${rate}`)
    this.#traffic = { drill, rate }
  }

  #noteHealth(verdict: Verdict): void {
    const state = this.running()
    if (!state) return
    // What failed before anything was broken says nothing of what is broken now: told once more when it still does.
    const toldOfFault = verdict.healthy || state.wasBroken || state.injectedSteps.length === 0
    if (verdict.healthy === state.healthy && toldOfFault) return
    const failing = verdict.results.filter((result) => !result.ok).map((result) => `${result.title}: ${result.detail}`)
    this.#append({ type: 'health-changed', healthy: verdict.healthy, failing })
  }

  #noteHarm(sample: Sample, atOnce = false): void {
    const state = this.running()
    if (!state || !sample.users || (!atOnce && Date.now() - this.#harmReportedAt < 5_000)) return
    this.#harmReportedAt = Date.now()
    const harm = minus(since(state.usersBefore, sample.users), state.harmPaused)
    if (JSON.stringify(harm) !== JSON.stringify(state.harm)) this.#append({ type: 'harm-measured', harm })
  }

  /** What is over without a word is over all the same, and what fires without a word is a page. */
  async #compareAlerts(): Promise<void> {
    const drill = this.running()
    if (!drill || drill.lastInjectedAt === null || Date.now() - this.#comparedAlertsAt < compareAlertsEveryMs) return
    this.#comparedAlertsAt = Date.now()
    const current = await this.#deps.alerts?.()
    const state = this.running()
    if (!current || state?.id !== drill.id) return
    const { over, unheard } = this.#alerts.look(state.firing, current, state.startedAt)
    for (const alert of over) this.page(alert, 'resolved')
    for (const alert of unheard) this.page(alert, 'firing')
  }

  #reachMilestones(): void {
    const state = this.running()
    if (state?.phase !== 'running') return
    for (const proof of provenMilestones(state, this.#events, this.#verdicts, this.#played(state))) {
      this.#append({ type: 'milestone-reached', ...proof })
    }
  }

  /** Ends the drill for its trainee at once, then takes out its faults and restores the range. Resolves when that has been tried once. */
  #end(body: DrillEventBody): Promise<void> {
    this.#ending ??= this.#carryOutEnd(body).finally(() => (this.#ending = null))
    return this.#ending
  }

  async #carryOutEnd(body: DrillEventBody): Promise<void> {
    const drill = this.#events[0]?.drill ?? ''
    this.#restoration.owe(drill)
    try {
      const last = this.#deps.sampler.samples().at(-1)
      if (last) this.#noteHarm(last, true)
      this.#append(body)
    } catch (error) {
      // It is over all the same, and told as soon as it can be.
      this.#unwrittenEnd = body
      process.stderr.write(`the end of drill ${drill} cannot be written down yet: ${describeError(error)}\n`)
    }
    // What is on its way in is taken out when it is in.
    await Promise.allSettled([this.#goingIn, this.#easing])
    await this.#restoration.run((record) => {
      if (record.drill === drill && !this.#unwrittenEnd)
        this.#append({ type: 'fault-reverted', instance: record.instance, fault: record.fault })
    })
  }
}

const overUnwritten = 'the drill before is over, which cannot be written down yet: is the disk full?'
/** What a trainee is told when the drill is void; it names nothing of what was broken. */
const takenFromIt = 'what was broken was put right by the range’s own safety or by the instructor, and not by those who played'
const stoodStill = (what: string, ms: number): string =>
  `${what} for ${Math.round(ms / 1_000)} s, and what was broken was put right meanwhile by the range’s own safety`

/** What users have felt since; a Locust that was restarted counts from 0 again. */
function since(before: UserHarm | null, now: UserHarm): UserHarm {
  if (!before || now.good < before.good) return now
  return { good: now.good - before.good, slow: now.slow - before.slow, failed: now.failed - before.failed }
}

const minus = (a: UserHarm, b: UserHarm): UserHarm => ({
  good: Math.max(0, a.good - b.good),
  slow: Math.max(0, a.slow - b.slow),
  failed: Math.max(0, a.failed - b.failed),
})
