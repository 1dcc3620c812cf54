import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { loadScenario } from '../../drills/scenarios.ts'
import { CurrentDrill } from '../drill/current.ts'
import { Ledger } from '../ledger.ts'
import { projectRoot } from '../paths.ts'
import { fillDisk } from './fill-disk.ts'

/** One without variants, one with, and one with people. */
const ids = ['slow-shelves', 'every-fourth-page', 'old-tags']
export const scenarios = new Map(ids.map((id) => [id, loadScenario(path.join(projectRoot, 'scenarios', id))]))

/** The options for starting a drill. */
export const started = {
  type: 'drill-started',
  scenario: 'slow-shelves',
  mode: 'learning',
  trainee: 'Robin',
  limitMs: 900_000,
  seed: 1,
  usersBefore: null,
  fingerprint: 'f',
} as const

/** The current drill and the real ledger that stores it: to test the engine's parts separately. */
export class CurrentBench implements Disposable {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'firedrill-current-'))
  readonly ledger = new Ledger(this.dir)
  readonly drill = new CurrentDrill(this.ledger, scenarios)
  types = () => this.drill.events.map(({ type }) => type)
  freeDisk: () => void = () => {}
  fillDisk(): void {
    this.freeDisk = fillDisk(this.ledger)
  }
  [Symbol.dispose](): void {
    this.ledger[Symbol.dispose]()
    rmSync(this.dir, { recursive: true, force: true })
  }
}
