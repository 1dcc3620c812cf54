import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { buildConsole } from '../../../control/build-console.ts'
import { projectRoot } from '../../../control/paths.ts'
import { ownPorts } from '../../../control/replay/paper-context.ts'
import { readRecording, type Recording } from '../../../control/replay/recording.ts'
import { scenarios, type TickedSampler } from '../../../control/replay/engine-bench.ts'
import { ReplaySampler } from '../../../control/replay/sampler.ts'
import { ServedBench } from '../../../control/replay/served-bench.ts'
import { PaperTelemetry, type PaperAlert } from './telemetry.ts'
import { failedCheckout } from '../../failed-checkout.ts'

const headStartMs = 60_000
const runbook = 'http://127.0.0.1/runbooks/browse'

/** The real console and control plane over a simulated range, with simulated telemetry; only the test advances its clock. */
export class PaperShop implements AsyncDisposable {
  readonly sampler = new ReplaySampler()
  readonly served: ServedBench
  readonly telemetry = new PaperTelemetry()

  /**
   * @param startsAt in milliseconds since the epoch, for a browser with the same clock; skipped time is over by the time that another browser looks.
   * @param measures instead of recordings.
   */
  constructor(startsAt: number = Date.now() - headStartMs, measures?: TickedSampler) {
    this.served = new ServedBench({ portBase: ownPorts(), sampler: measures ?? this.sampler, startsAt })
  }

  /** Serves the current console; returns its address. */
  async open(): Promise<string> {
    await buildConsole(() => {})
    await this.telemetry.listen(this.served.port)
    await this.served.listen()
    await this.served.bench.pass(20)
    return `http://${this.served.host}`
  }

  /** Starts the recording of the scenario's rehearsal: users are affected, and the trainee is paged. */
  async breaks(scenario: string): Promise<void> {
    const { bench } = this.served
    const recording = recordingOf(scenario)
    this.sampler.begin(recording)
    this.telemetry.incident.from = bench.now
    await bench.pass(12)
    this.page({
      fingerprint: 'b1',
      name: 'BrowseLatencyBudgetBurn',
      severity: 'page',
      summary: 'Browsing is slow for users',
      description: '62 % of requests took longer than 250 ms over the last 30 s; the objective is at most 1 %.',
      runbook,
      component: 'gateway',
      startsAt: new Date(bench.now - 4_000).toISOString(),
    })
    await bench.pass(1)
  }

  /**
   * Plays a drill like the scenario's rehearsal, until its solution has been carried out; `meanwhile` is awaited when everything is broken and
   * nothing done.
   */
  async plays(scenario: string, meanwhile: (drill: string) => Promise<void>): Promise<string> {
    const { bench } = this.served
    const recording = recordingOf(scenario)
    await this.#ends('aborted')
    await this.calm()
    const { id } = await bench.engine.start(scenario, { mode: 'learning', trainee: 'somebody', seed: 1 })
    this.sampler.begin(recording)
    const from = bench.now
    this.telemetry.incident.from = from
    const pages = [...recording.pages]
    const playUntil = async (ms: number) => {
      while (bench.now - from < ms) {
        await bench.pass(1)
        for (let next = pages[0]; next && next.ms <= bench.now - from; next = pages[0]) {
          pages.shift()
          const startsAt = new Date(from + next.ms).toISOString()
          if (next.status === 'firing')
            this.page({ ...next.alert, startsAt, description: next.alert.summary, runbook, component: 'gateway' })
          else bench.engine.pages.receive({ ...next.alert, startsAt }, 'resolved')
        }
      }
    }
    await playUntil(recording.fixedAtMs)
    await meanwhile(id)
    for (const { action, params } of scenarios.get(scenario)?.solution ?? [])
      // An action that cannot be simulated is refused, and is in the timeline all the same.
      if (action !== undefined) await this.served.ask('trainee', 'POST', `/api/actions/${action}`, { params })
    this.sampler.fix()
    this.telemetry.incident.to = bench.now
    await playUntil((recording.moments.at(-1)?.ms ?? 0) + 5_000)
    this.telemetry.alerts = []
    this.served.bench.alerts.splice(0)
    await bench.pass(60)
    await this.#ends('finished')
    return id
  }

  /** Ends the running drill, if any: reverting takes time on the bench's clock. */
  async #ends(how: 'finished' | 'aborted'): Promise<void> {
    const { bench } = this.served
    if (!bench.engine.running()) return
    const ending = how === 'finished' ? bench.engine.finish() : bench.engine.abort('for the next')
    let isOver = false
    // Restored as well: reverts under way would wait for a stopped clock.
    const over = Promise.all([ending, bench.engine.settled()]).finally(() => (isOver = true))
    for (let second = 0; second < 600 && !isOver; second++) {
      await bench.pass(1)
      await delay(10)
    }
    await over
    if (bench.engine.running()) throw new Error('the drill does not end')
  }

  /** Pages are slow for many customers, until one of them writes a ticket. */
  async customerWrites(): Promise<void> {
    const { bench } = this.served
    const drill = bench.engine.running()?.id ?? ''
    for (let number = 1; number <= 60; number++)
      bench.kept.push(
        failedCheckout(number, bench.now, {
          journey: 'browse',
          wrong: 'slow',
          asked: '/api/products/P00012',
          status: 200,
          durationMs: 1200,
        }),
      )
    for (let second = 0; second < 60 && !bench.types(drill).includes('ticket-opened'); second++) await bench.pass(1)
  }

  /** Resets to a state in which nothing was broken. */
  async calm(): Promise<void> {
    this.sampler.calm()
    this.telemetry.alerts = []
    this.served.bench.alerts.splice(0)
    Object.assign(this.telemetry.incident, { from: Infinity, to: Infinity })
    await this.served.bench.pass(20)
  }

  page(alert: PaperAlert): void {
    this.telemetry.alerts.push(alert)
    const { fingerprint, name, severity, summary, startsAt } = alert
    this.served.bench.alerts.push({ fingerprint, name, severity, summary, startsAt, active: true })
    this.served.bench.engine.pages.receive({ fingerprint, name, severity, summary, startsAt }, 'firing')
  }

  /** Users are served again, and the page resolves. */
  async recovers(): Promise<void> {
    const { bench } = this.served
    this.sampler.fix()
    this.telemetry.incident.to = bench.now
    await bench.pass(8)
    for (const { fingerprint, name, severity, summary, startsAt } of this.telemetry.alerts.splice(0))
      bench.engine.pages.receive({ fingerprint, name, severity, summary, startsAt }, 'resolved')
    bench.alerts.splice(0)
    await bench.pass(120)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.telemetry[Symbol.asyncDispose]()
    await this.served[Symbol.asyncDispose]()
  }
}

function recordingOf(scenario: string): Recording {
  const recording = readRecording(path.join(projectRoot, 'bench', 'recordings'), scenario)
  if (!recording) throw new Error(`${scenario} has no recording`)
  return recording
}
