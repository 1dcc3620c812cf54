import { EngineBench, type TickedSampler } from './engine-bench.ts'

/** The shift that is played: noise after a minute and a half, slow browsing, other noise, and wrong prices. */
const shift = 'quiet-sunday'

/** A quiet Sunday on a simulated range; the test skips to what is planned, and sends the pages. */
export class ShiftBench extends EngineBench {
  /** Its id. */
  drill = ''

  static async begin(sampler?: TickedSampler): Promise<ShiftBench> {
    const bench = new ShiftBench(sampler)
    bench.drill = await bench.start(shift)
    return bench
  }

  /** Skips to what is planned next, and pages with that name. */
  async next(page?: string): Promise<void> {
    this.engine.clock.skip()
    await this.pass(2)
    if (page !== undefined) this.page(page)
  }

  page(name: string, status: 'firing' | 'resolved' = 'firing'): void {
    const startsAt = new Date(this.now).toISOString()
    const alert = { fingerprint: name, name, severity: 'page', summary: '', startsAt }
    this.alerts.splice(0, this.alerts.length, ...this.alerts.filter(({ fingerprint }) => fingerprint !== name))
    if (status === 'firing') this.alerts.push({ ...alert, active: true })
    this.engine.pages.receive(alert, status)
  }
}
