import { randomBytes } from 'node:crypto'
import { scenarioOf } from '../drills/variants.ts'
import type { Role } from '../model/api.ts'
import type { AnswerOf } from '../model/client.ts'
import type { DrillState } from '../model/drill.ts'
import type { Scenario } from '../model/scenario.ts'
import { Written } from './api/written.ts'
import { drillView } from './drill-view.ts'
import type { Ledger } from './ledger.ts'

/** Maximum number of cached answers, one for each drill and role; that of a long drill has a megabyte. */
const mostAnswers = 8

/** The answer, and its ETag. */
interface Answer {
  lastId: number
  written: Written<AnswerOf<'GET /api/drills/:id'>>
  etag: string
}

/** Cached answers about drills, each until there is another event: a finished drill is serialised once, however often it is requested. */
export class DrillAnswers {
  readonly #ledger: Ledger
  readonly #scenarios: ReadonlyMap<string, Scenario>
  readonly #answers = new Map<string, Answer>()
  /** Another version of the control plane may have answered otherwise. */
  readonly #own = randomBytes(6).toString('base64url')

  constructor(ledger: Ledger, scenarios: ReadonlyMap<string, Scenario>) {
    this.#ledger = ledger
    this.#scenarios = scenarios
  }

  of(state: DrillState, role: Role | null): Answer {
    const events = this.#ledger.events(state.id)
    const lastId = events.at(-1)?.id ?? 0
    const to = role === 'instructor' ? 'instructor' : 'trainee'
    const key = `${state.id} ${to}`
    const known = this.#answers.get(key)
    if (known?.lastId === lastId) return known
    const view: AnswerOf<'GET /api/drills/:id'> = drillView(state, events, scenarioOf(this.#scenarios, state), role)
    const written = new Written<typeof view>(JSON.stringify(view))
    const answer = { lastId, written, etag: `"${this.#own}-${to}-${lastId}"` }
    this.#answers.delete(key)
    this.#answers.set(key, answer)
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= mostAnswers) break
      this.#answers.delete(oldest)
    }
    return answer
  }
}
