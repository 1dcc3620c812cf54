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

/** A command that ended in a terminal, and the action that does the same. */
interface RanCommand extends Omit<Extract<DrillEventBody, { type: 'command-run' }>, 'type' | 'harmful'> {
  sameAs?: { action: string; params: Record<string, unknown> } | undefined
}

interface Dependencies {
  drill: CurrentDrill
  range: Range
  milestones: Milestones
  /** Throws `range-not-steady` when nothing may be changed, such as while a drill starts. */
  mayChange: () => void
}

/** What trainees do about the incident: look at things, name the cause, and act. */
export class IncidentResponse {
  readonly #deps: Dependencies
  /** Titles of the changes that actions are making. */
  readonly #underWay = new Map<Promise<ActionResult>, string>()

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * Records a look, as the server saw it being read (`looks.ts`); the same place only once. Outside drills nothing is recorded. If the event cannot
   * be written now, it is written later: no query fails because of it.
   */
  view(view: ViewKind, component: ShopComponentName | null, detail: string, by?: Actor): void {
    const { drill, milestones } = this.#deps
    const id = drill.running()?.id
    if (id === undefined) return
    // In a shift, the trainee may have to look again at the same place for another incident.
    const from = drill.incidents() ? drill.events.findLastIndex(({ type }) => type === 'fault-injected' || type === 'page-received') : 0
    const known = drill.events
      .slice(Math.max(0, from))
      .some((event) => event.type === 'place-viewed' && event.view === view && event.component === component)
    if (!known) drill.note(id, { type: 'place-viewed', view, component, detail }, by)
    try {
      milestones.reach()
    } catch {
      // The milestone is reached when it can be written.
    }
  }

  /** Returns whether it is the cause; in a shift, that of the incident with that number, or of the only open one. */
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

  /** Throws `range-not-steady` while something is being changed: the change would be part of the next drill, but not of its events. */
  mustBeOver(): void {
    const [title] = this.#underWay.values()
    if (title !== undefined) throw new FiredrillError('range-not-steady', `'${title}' is still being carried out: wait until that is over`)
  }

  /** The changes that are being made; each promise resolves, even on failure. */
  underWay(): Promise<unknown>[] {
    return [...this.#underWay.keys()]
  }

  /**
   * Throws `bad-request` for params that the action does not accept, and whatever the action throws. The event belongs to the drill in which the
   * action began, even if that has ended meanwhile; outside drills nothing is recorded.
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

  /** Records a command that was run in a terminal. Outside drills, and beyond a maximum in one, nothing is recorded. */
  noteCommand({ sameAs, ...command }: RanCommand, by?: Actor): void {
    const { drill } = this.#deps
    const state = drill.running()
    if (!state || this.#hasEnoughCommands()) return
    const harmful = sameAs && command.status === 0 ? this.#harmOf(state, sameAs.action, sameAs.params) : null
    drill.note(state.id, { type: 'command-run', ...command, harmful, ...(state.shift && sameAs ? { sameAs } : {}) }, by)
  }

  /** Why it does harm: in a shift, to any incident that is open, or a ticket. */
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

  /** Records that an agent called an MCP tool. */
  noteToolCall(tool: string, ok: boolean): void {
    this.#deps.drill.append({ type: 'tool-called', tool, ok })
  }
}
