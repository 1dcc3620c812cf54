import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Trainee, type Doing, type Help, type Persona } from '../../coach/personas.ts'
import { playedShift } from '../../drills/shifts/compose.ts'
import type { ReadShift } from '../../drills/shifts/read.ts'
import { drillClock, foldDrill, type ToldDrill } from '../../model/drill.ts'
import { client, type ApiClient } from '../../model/client.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { Range } from '../../model/range.ts'
import { isReadOff, type ReadOff } from '../../model/read-off.ts'
import { actionsOf, type Scenario } from '../../model/scenario.ts'
import type { Api } from '../api/context.ts'
import { injected } from '../api/injected.ts'
import { Coach } from '../coach.ts'
import { DrillEngine } from '../drill-engine.ts'
import { GameDays } from '../game-days.ts'
import { Injector } from '../injector.ts'
import { Ledger } from '../ledger.ts'
import { LoadDriver } from '../load-driver.ts'
import { Shells } from '../../shell/shells.ts'
import { looksOf } from '../looks.ts'
import { People } from '../people.ts'
import { createServer } from '../server.ts'
import { playedWith } from '../shifts.ts'
import { paperContext, paperHost, paperTokens } from './paper-context.ts'
import { paperRange } from './paper-range.ts'
import type { Recording } from './recording.ts'
import { ReplaySampler } from './sampler.ts'
import type { PlayedDrill } from './played-drill.ts'
import { isFix, playShift, type Desk } from './shift-play.ts'
import type { ShopComponentName } from '../../model/components.ts'

const users = 30
const tickMs = 1_000

interface Options {
  root: string
  scenarios: ReadonlyMap<string, Scenario>
  recordings: ReadonlyMap<string, Recording>
  shifts?: ReadonlyMap<string, ReadShift>
}

/**
 * The real control plane (API, engine, ledger, the coach's policy) on a simulated clock, over a simulated range and the telemetry of real rehearsals:
 * a drill of twenty minutes takes a second. While it is open, `Date.now` is its clock.
 */
export class ReplayPlane implements AsyncDisposable {
  readonly #dir: string
  readonly #scenarios: ReadonlyMap<string, Scenario>
  readonly #recordings: ReadonlyMap<string, Recording>
  readonly #shifts: ReadonlyMap<string, ReadShift>
  readonly #sampler = new ReplaySampler()
  readonly #range: Range
  readonly #ledger: Ledger
  readonly #coach: Coach
  readonly #engine: DrillEngine
  readonly #realNow = Date.now
  #now = Date.now()
  /** Whether the drill has events that its trainee has not read yet. */
  #news = false
  #app: Api | null = null
  readonly #ready: Promise<Api>

  constructor({ root, scenarios, recordings, shifts = new Map() }: Options) {
    // In memory if possible: nothing has to be kept.
    this.#dir = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'firedrill-replay-'))
    // A fault's effect is in the recording; the engine only injects and reverts it.
    this.#scenarios = new Map(
      [...scenarios].map(([id, scenario]) => [
        id,
        { ...scenario, versions: undefined, timeline: scenario.timeline.map((step) => ({ ...step, fault: 'noop', params: {} })) },
      ]),
    )
    this.#recordings = recordings
    this.#shifts = new Map([...shifts].map(([id, read]) => [id, onPaper(read, this.#scenarios)]))
    const played = playedWith(this.#scenarios, this.#shifts)
    Date.now = () => this.#now
    const range = paperRange(root, users)
    this.#range = range
    this.#ledger = new Ledger(this.#dir)
    const injector = new Injector(range, this.#ledger)
    const load = new LoadDriver(range)
    const engine = new DrillEngine({ range, ledger: this.#ledger, injector, sampler: this.#sampler, scenarios: played, load })
    this.#engine = engine
    engine.live.on('event', ({ type }) => (this.#news ||= type !== 'harm-measured' && type !== 'health-changed'))
    this.#coach = new Coach({ dir: this.#dir, engine, ledger: this.#ledger, scenarios: played })
    const gameDays = new GameDays(this.#ledger, engine, played)
    const context = paperContext(this.#dir, root, users)
    this.#ready = createServer(
      {
        context,
        // Typed commands are recorded as intended: no terminal is opened here.
        shells: new Shells({
          context,
          logs: [],
          operate: (socket) => socket.destroy(),
          hidden: [],
          cache: null,
          trouble: async () => null,
        }),
        range,
        ledger: this.#ledger,
        injector,
        sampler: this.#sampler,
        engine,
        load,
        scenarios: this.#scenarios,
        shifts: this.#shifts,
        gameDays,
        people: new People(gameDays),
        looks: looksOf(engine),
        // Hours pass in a second.
      },
      { rated: false },
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    Date.now = this.#realNow
    await this.#app?.close()
    await this.#coach.settled()
    this.#coach[Symbol.dispose]()
    this.#ledger[Symbol.dispose]()
    rmSync(this.#dir, { recursive: true, force: true })
  }

  /** Plays a scenario to its end through the API, as a trainee would. */
  async play(id: string, persona: Persona, help: Help, seed: number): Promise<PlayedDrill> {
    this.#app ??= await this.#ready
    const scenario = this.#scenarios.get(id)
    const recording = this.#recordings.get(id)
    if (!scenario || !recording) throw new FiredrillError('not-found', `there is no recording of '${id}'`)
    this.#sampler.calm()
    // Until a sample has shown that the range is healthy.
    for (let tick = 0; tick < 20; tick++) await this.#tick()
    const { id: drill } = await this.#as('trainee').post('/api/drills', {
      body: { scenario: id, mode: 'learning', trainee: persona.name },
    })
    await this.#prepare(scenario)
    this.#sampler.begin(recording)
    if (help !== 'coach') await this.#as('instructor').put('/api/drills/:id/coach/mode', { id: drill, body: { mode: 'muted' } })
    const trainee = new Trainee(scenario, persona, seed)
    const startedAt = this.#now
    const sent = new Set<number>()
    const done = new Set<string>()
    let fixedAt: number | null = null
    let state: ToldDrill | null = null
    for (;;) {
      await this.#tick()
      for (const [index, { ms, status, alert }] of recording.pages.entries()) {
        const due =
          ms <= recording.fixedAtMs ? this.#now - startedAt >= ms : fixedAt !== null && this.#now - fixedAt >= ms - recording.fixedAtMs
        if (!due || sent.has(index)) continue
        sent.add(index)
        await this.#page(status, alert)
      }
      // As a console does: read again when there are new events, except for the harm to users every few seconds.
      if (this.#news || state === null) state = (await this.#as('trainee').get('/api/drills/:id', { id: drill })).drill
      this.#news = false
      if (state.phase !== 'running') break
      for (const doing of trainee.tick(state, this.#now, tickMs)) {
        if (doing.kind === 'ask' && help === 'none') continue
        // Once: its effect takes a while to be seen.
        if (doing.kind === 'step' && done.has(doing.milestone)) continue
        await this.#do(drill, scenario, doing)
        if (doing.kind !== 'step') continue
        done.add(doing.milestone)
        if (fixedAt !== null || !isFix(doing.milestone)) continue
        await this.#fix(scenario)
        fixedAt = this.#now
        this.#sampler.fix()
      }
    }
    await this.#engine.settled()
    const events = this.#ledger.events(drill)
    const ended = foldDrill(events)
    if (!ended) throw new FiredrillError('internal', 'a drill that was played has no events')
    return { state: ended, events, completed: ended.outcome === 'resolved', tookMs: drillClock(ended, ended.endedAt ?? this.#now) }
  }

  /** Plays a shift to its end through the API, as a trainee would. */
  async playShift(id: string, persona: Persona, help: Help, seed: number): Promise<PlayedDrill> {
    this.#app ??= await this.#ready
    const read = this.#shifts.get(id)
    if (!read) throw new FiredrillError('not-found', `there is no shift '${id}'`)
    this.#sampler.calm()
    for (let tick = 0; tick < 20; tick++) await this.#tick()
    const desk: Desk = {
      sampler: this.#sampler,
      now: () => this.#now,
      tick: () => this.#tick(),
      as: (role) => this.#as(role),
      prepare: (scenario) => this.#prepare(scenario),
      does: (drill, scenario, doing, incident) => this.#do(drill, scenario, doing, { incident }),
      fix: (scenario) => this.#fix(scenario),
      page: (...told) => this.#page(...told),
      events: (drill) => this.#ledger.events(drill),
    }
    const shift = await playShift(desk, read, this.#recordings, { persona, help, seed })
    await this.#engine.settled()
    return shift
  }

  /** The state that a solution rolls back or removes, because the faults themselves are not simulated. */
  async #prepare(scenario: Scenario): Promise<void> {
    await this.#range.mesh.apply(`# as it was found\n${this.#range.mesh.baseline()}`, 'platform team')
    await this.#range.monitoring.setExtraRules('legacy', '')
    await this.#range.releases.setCanary({ service: 'catalog', version: this.#range.releases.baseline('catalog') }, 'delivery pipeline')
    await this.#range.cluster?.edit({ kind: 'HorizontalPodAutoscaler', name: 'catalog', patch: {} })
    await this.#range.replica?.start()
    for (const job of await this.#range.jobs.running()) await this.#range.jobs.stop(job)
    for (const { action, params } of actionsOf(scenario)) {
      if (action === 'stop-job') await this.#range.jobs.start(String(params['program']), {})
      if (action === 'remove-rules') await this.#range.monitoring.setExtraRules(String(params['file']), '')
    }
  }

  /** `of` selects an incident of a shift. */
  async #do(drill: string, scenario: Scenario, doing: Doing, of: { incident?: number } = {}): Promise<void> {
    const [id, api] = [drill, this.#as('trainee')]
    if (doing.kind === 'ask') return void (await api.post('/api/drills/:id/hint', { id, body: of }))
    // There is no telemetry to read: looks are recorded as the routes would do.
    if (doing.kind === 'look') return this.#engine.response.view('dashboard', null, 'something')
    if (doing.kind === 'wrong-cause')
      return void (await api.post('/api/drills/:id/cause', {
        id,
        body: { component: wrongFor(scenario), category: 'cache', sentence: 'a guess', ...of },
      }))
    const [place] = scenario.located
    if (doing.milestone === 'acknowledged') await api.post('/api/drills/:id/acknowledge', { id, body: of })
    if (doing.milestone === 'located' && place) this.#engine.response.view(place.view, place.component, 'the right place')
    if (doing.milestone === 'diagnosed') {
      const { component, category } = scenario.cause
      await api.post('/api/drills/:id/cause', { id, body: { component, category, sentence: 'found', ...of } })
    }
  }

  /** Carries out the author's solution. */
  async #fix({ solution }: Scenario): Promise<void> {
    for (const { action, terminal, params } of solution)
      if (terminal !== undefined)
        this.#engine.response.noteCommand({
          command: terminal,
          folder: '/',
          status: 0,
          shell: 'paper',
          kind: 'change',
          sameAs: undefined,
        })
      else
        await this.#as('trainee').post('/api/actions/:id', {
          id: action ?? '',
          body: {
            params: Object.fromEntries(
              Object.entries(params).map(([name, value]) => [name, isReadOff(value) ? this.#onPaper(value) : value]),
            ),
          },
        })
  }

  /** What a responder would read from the range. */
  #onPaper(value: ReadOff): unknown {
    if (value === '$blocker') return 4_711
    return value === '$before-loss' ? new Date(this.#now).toISOString() : undefined
  }

  async #tick(): Promise<void> {
    this.#now += tickMs
    await this.#sampler.tick(this.#now)
  }

  /** Alertmanager sends a page. */
  async #page(status: 'firing' | 'resolved', alert: Recording['pages'][number]['alert']): Promise<void> {
    await this.#as('service').post('/api/pager/page', { body: notificationOf(status, alert) })
  }

  /** The API with the rights of a role. */
  #as(role: keyof typeof paperTokens): ApiClient {
    const headers = { authorization: `Bearer ${paperTokens[role]}`, host: paperHost }
    return client(injected(this.#ready, { headers }))
  }
}

/** A shift of these scenarios, whose noise is simulated like their faults. */
function onPaper({ shift, people }: ReadShift, scenarios: ReadonlyMap<string, Scenario>): ReadShift {
  const quiet = { ...shift, noise: shift.noise.map((noise) => ({ ...noise, fault: 'noop', params: {} })) }
  return { shift: quiet, people, played: { ...playedShift(quiet, scenarios, people), versions: undefined } }
}

/** A component that nobody would take for the cause. */
const wrongFor = ({ cause }: Scenario): ShopComponentName =>
  (['redis', 'rabbitmq', 'fulfilment'] as const).find((name) => ![cause, ...cause.accept].some(({ component }) => component === name)) ??
  'redis'

const notificationOf = (
  status: 'firing' | 'resolved',
  { fingerprint, name, severity, summary, startsAt }: Recording['pages'][number]['alert'],
) => ({
  alerts: [{ status, fingerprint, startsAt, labels: { alertname: name, severity }, annotations: { summary } }],
})
