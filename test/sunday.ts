import assert from 'node:assert/strict'
import { Measured, well, type Second } from '../control/replay/measured.ts'
import { ServedBench } from '../control/replay/served-bench.ts'
import { settled } from '../control/replay/settled.ts'
import type { DrillEvent, DrillState } from '../model/drill.ts'
import type { IncidentView } from '../model/routes/drills.ts'

export interface View {
  drill: DrillState
  title: string
  story: string
  incidents: IncidentView[]
  runbooks: string[]
  events: DrillEvent[]
}

/** A Sunday with two incidents, over the API; `broken` has what is broken. */
export class Sunday implements AsyncDisposable {
  readonly measured = new Measured()
  readonly served: ServedBench
  readonly broken = new Set<'browsing' | 'prices'>()
  drill = ''

  constructor(options: { portBase?: number } = {}) {
    this.measured.next = () => this.#second()
    this.served = new ServedBench({ ...options, sampler: this.measured, rated: false })
  }

  async start(body: object = {}, role: 'trainee' | 'instructor' = 'trainee'): Promise<this> {
    await this.pass(20)
    const { status, text } = await this.served.ask(role, 'POST', '/api/drills', { shift: 'quiet-sunday', trainee: 'Robin', ...body })
    assert.equal(status, 201, text)
    this.drill = (JSON.parse(text) as { id: string }).id
    return this
  }

  #second(): Second {
    return {
      ...well(),
      ...(this.broken.has('browsing') ? { users: { good: 5, slow: 15, failed: 0 } } : {}),
      stalePrices: this.broken.has('prices') ? 3 : 0,
    }
  }

  /** The measurements of the next control plane. */
  again(): Measured {
    const measured = this.measured.again()
    measured.next = () => this.#second()
    return measured
  }

  pass = (seconds: number) => this.served.bench.pass(seconds)

  /** Skips to what is planned next. */
  async skip(): Promise<void> {
    await this.ok('instructor', 'skip')
    await this.pass(2)
    await settled()
  }

  alert(name: string, status: 'firing' | 'resolved'): void {
    const { bench } = this.served
    const alert = { fingerprint: name, name, severity: 'page', summary: `${name} is burning`, startsAt: new Date(bench.now).toISOString() }
    const others = bench.alerts.filter((each) => each.name !== name)
    bench.alerts.splice(0, bench.alerts.length, ...others, ...(status === 'firing' ? [{ ...alert, active: true }] : []))
    bench.engine.pages.receive(alert, status)
  }

  async ok(role: 'trainee' | 'instructor', what: string, body: object = {}): Promise<unknown> {
    const { status, text } = await this.served.ask(role, 'POST', `/api/drills/${this.drill}/${what}`, body)
    assert.equal(status, 200, `${what}: ${text}`)
    return JSON.parse(text)
  }

  view = (role: 'trainee' | 'instructor' = 'trainee') => this.served.read<View>(role, `/api/drills/${this.drill}`)

  /** The first incident begins, and pages; then, on request, the second. */
  async break(...what: ('browsing' | 'prices')[]): Promise<void> {
    // The bank, which ends by itself.
    await this.skip()
    for (const each of what) {
      await this.skip()
      if (each === 'prices') await this.skip()
      this.broken.add(each)
      await this.pass(8)
      this.alert(each === 'browsing' ? 'BrowseLatencyBudgetBurn' : 'PricesOutdated', 'firing')
      await this.pass(2)
    }
  }

  async mend(what: 'browsing' | 'prices'): Promise<void> {
    this.broken.delete(what)
    const [action, params] = what === 'browsing' ? ['roll-back', { service: 'inventory' }] : ['flush-cache', {}]
    const { status, text } = await this.served.ask('trainee', 'POST', `/api/actions/${action}`, { params })
    assert.equal(status, 200, text)
    await this.pass(20)
    this.alert(what === 'browsing' ? 'BrowseLatencyBudgetBurn' : 'PricesOutdated', 'resolved')
    await this.pass(20)
  }

  [Symbol.asyncDispose] = () => this.served[Symbol.asyncDispose]()
}
