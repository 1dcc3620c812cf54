import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { loadScenario } from '../../drills/scenarios.ts'
import { usualUsers, type Range } from '../../model/range.ts'
import type { Scenario } from '../../model/scenario.ts'
import { CurrentDrill } from '../drill/current.ts'
import { DrillFaults } from '../drill/faults.ts'
import { UsualTraffic } from '../drill/usual-traffic.ts'
import { Injector } from '../injector.ts'
import { Ledger } from '../ledger.ts'
import { projectRoot } from '../paths.ts'
import { started } from './current-bench.ts'
import { Measured } from './measured.ts'
import { paperRange } from './paper-range.ts'

const { variants: _variants, versions: _versions, ...plain } = loadScenario(path.join(projectRoot, 'scenarios', 'every-fourth-page'))
/** Errors for a minute, delays until the end, both lighter after easing, and a late fault. */
export const easedScenario: Scenario = {
  ...plain,
  id: 'eased',
  timeline: [
    { at: 1_000, fault: 'http-abort', params: { from: 'gateway', to: 'catalog', percent: 40 }, for: 60_000 },
    { at: 1_000, fault: 'http-delay', params: { from: 'gateway', to: 'inventory', delayMs: 800 } },
    { at: 500_000, fault: 'noop', params: {} },
  ],
  ease: {
    steps: [
      { step: 1, params: { delayMs: 200 } },
      { step: 0, params: { percent: 10 } },
    ],
    what: 'less fails',
  },
}

/** The faults of a drill without the rest of the engine, over a simulated range; the test controls the clock. */
export class EasedBench implements Disposable {
  readonly range: Range = paperRange(projectRoot, usualUsers)
  readonly ledger = new Ledger({ inMemory: randomUUID() })
  readonly injector = new Injector(this.range, this.ledger)
  readonly measured = new Measured()
  readonly drill = new CurrentDrill(this.ledger, new Map([[easedScenario.id, easedScenario]]))
  readonly faults = new DrillFaults({
    drill: this.drill,
    range: this.range,
    ledger: this.ledger,
    injector: this.injector,
    traffic: new UsualTraffic(this.ledger, this.measured),
  })

  begin(): void {
    this.drill.begin('one', { ...started, scenario: easedScenario.id })
  }
  /** Injects what is due, as the engine does each second. */
  async look(): Promise<void> {
    const state = this.drill.running()
    if (!state) return
    for (const { standing, ...due } of this.faults.due(state))
      if (standing) this.drill.append({ type: 'fault-injected', instance: standing.instance, fault: due.fault, step: due.step })
      else await this.faults.inject(state.id, due)
  }
  /** The active faults, with their parameters and deadlines. */
  isIn(): [what: unknown, deadlineAt: number][] {
    return this.injector.open().map(({ params, deadlineAt }) => {
      // Safe: faults of the scenario above.
      const { percent, delayMs } = params as { percent?: number; delayMs?: number }
      return [delayMs === undefined ? `${percent} %` : `${delayMs} ms`, deadlineAt]
    })
  }
  [Symbol.dispose](): void {
    this.ledger[Symbol.dispose]()
  }
}
