import { actionById } from '../../drills/actions/registry.ts'
import { harmOf, isCause } from '../../drills/milestones.ts'
import type { ActionResult } from '../../model/action.ts'
import type { ShopComponentName } from '../../model/components.ts'
import type { Actor, DrillEventBody, DrillState } from '../../model/drill.ts'
import { FiredrillError, describeError } from '../../model/errors.ts'
import type { Range } from '../../model/range.ts'
import type { CauseCategory, ViewKind } from '../../model/scenario.ts'
import type { CurrentDrill } from './current.ts'
import { meant } from './in-shift.ts'
import type { Milestones } from './milestones.ts'

/** More than anybody types in a drill. */
const mostCommands = 2_000

/** A command that has ended in a terminal, and the action that does the same. */
interface RanCommand extends Omit<Extract<DrillEventBody, { type: 'command-run' }>, 'type' | 'harmful'> {
  sameAs?: { action: string; params: Record<string, unknown> } | undefined
}

interface Dependencies {
  drill: CurrentDrill
  range: Range
  milestones: Milestones
  /** Throws `range-not-steady` when nothing may be changed, as while a drill begins. */
  mayChange: () => void
}

/** What those who play do about the incident: look at things, name the cause, and act. */
export class IncidentResponse {
  readonly #deps: Dependencies
  /** The changes that are being made by actions, with their titles. */
  readonly #underWay = new Map<Promise<ActionResult>, string>()

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * Notes what was looked at, as the server saw it being read (`looks.ts`); the same place only once. Outside drills nothing is noted. What
   * cannot be written down now is noted when it can be: nobody's query fails of it.
   */
  view(view: ViewKind, component: ShopComponentName | null, detail: string, by?: Actor): void {
    const { drill, milestones } = this.#deps
    const id = drill.running()?.id
    if (id === undefined) return
    // In a shift, what was seen of one incident may have to be looked at again for the next.
    const from = drill.incidents() ? drill.events.findLastIndex(({ type }) => type === 'fault-injected' || type === 'page-received') : 0
    const known = drill.events
      .slice(Math.max(0, from))
      .some((event) => event.type === 'place-viewed' && event.view === view && event.component === component)
    if (!known) drill.note(id, { type: 'place-viewed', view, component, detail }, by)
    try {
      milestones.reach()
    } catch {
      // It is reached when that can be written.
    }
  }

  /** Returns whether it is the cause; in a shift, of the incident of that number, or of the only one that is open. */
  nameCause(component: ShopComponentName, category: CauseCategory, sentence: string, by?: Actor, number?: number): boolean {
    const { drill, milestones } = this.#deps
    const shift = drill.mustAllow('name-cause')
    const alarm = meant(drill, number)
    const state = alarm?.own?.state ?? shift
    if (state.milestones.diagnosed !== null && alarm?.own !== null) return true
    // Noise has no cause.
    const correct = alarm?.own !== null && isCause(alarm?.own.incident.scenario ?? drill.played(shift), component, category)
    const incident = alarm ? { incident: alarm.number } : {}
    drill.append({ type: 'cause-named', component, category, sentence, correct, ...incident }, by)
    milestones.reach()
    return correct
  }

  /** Throws `range-not-steady` while something is being changed: it would be in the next drill, whose events know nothing of it. */
  mustBeOver(): void {
    const [title] = this.#underWay.values()
    if (title !== undefined) throw new FiredrillError('range-not-steady', `'${title}' is still being carried out: wait until that is over`)
  }

  /** The changes that are being made; each ends, well or not. */
  underWay(): Promise<unknown>[] {
    return [...this.#underWay.keys()]
  }

  /**
   * Throws `bad-request` for params that the action does not take, and whatever the action throws. It is an event of the drill in which it was begun, also when that
   * has ended meanwhile; outside drills nothing is noted.
   */
  async runAction(id: string, rawParams: unknown, { role, by }: { role: string; by?: Actor | undefined }): Promise<ActionResult> {
    const { drill, range } = this.#deps
    const action = actionById(id)
    const parsed = action.params.safeParse(rawParams)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      throw new FiredrillError('bad-request', `${id}: ${issue?.path.join('.') || 'params'}: ${issue?.message}`)
    }
    const params = parsed.data as Record<string, unknown>
    const state = drill.running() ? drill.mustAllow('run-action') : null
    const harmful = state ? this.#harmOf(state, id, params) : null
    const record = (ok: boolean, summary: string) => {
      if (state)
        drill.note(state.id, { type: 'action-run', action: id, title: action.title, kind: action.kind, params, ok, summary, harmful }, by)
    }
    if (action.kind === 'change') this.#deps.mayChange()
    const running = action.run({ range, by: by?.name ?? role }, params)
    if (action.kind === 'change') this.#underWay.set(running, action.title)
    let result: ActionResult
    try {
      result = await running
    } catch (error) {
      record(false, describeError(error))
      throw error
    } finally {
      this.#underWay.delete(running)
    }
    record(true, result.summary)
    const seen = action.looksAt?.(params)
    if (seen) this.view(seen.view, seen.component, seen.detail, by)
    return result
  }

  /**
   * Notes a command that was run in a terminal. Outside drills, and beyond so many in one, nothing is noted.
   */
  noteCommand({ sameAs, ...command }: RanCommand, by?: Actor): void {
    const { drill } = this.#deps
    const state = drill.running()
    if (!state || this.#hasEnoughCommands()) return
    const harmful = sameAs && command.status === 0 ? this.#harmOf(state, sameAs.action, sameAs.params) : null
    drill.note(state.id, { type: 'command-run', ...command, harmful, ...(state.shift && sameAs ? { sameAs } : {}) }, by)
  }

  /** Why it does harm: in a shift, to any of the incidents that are open, or that are tickets. */
  #harmOf(state: DrillState, action: string, params: Record<string, unknown>): string | null {
    const { drill } = this.#deps
    const incidents = drill.incidents()
    const played = incidents
      ? [...incidents.open.map(({ incident }) => incident.scenario), ...incidents.burning.map(({ scenario }) => scenario)]
      : [drill.played(state)]
    for (const scenario of played) {
      const harm = harmOf(scenario, action, params)
      if (harm !== null) return harm
    }
    return null
  }

  #hasEnoughCommands(): boolean {
    let count = 0
    for (const { type } of this.#deps.drill.events) if (type === 'command-run') count++
    return count >= mostCommands
  }

  /** Notes that an agent used a tool of MCP. */
  noteToolCall(tool: string, ok: boolean): void {
    this.#deps.drill.append({ type: 'tool-called', tool, ok })
  }
}
