import type { Spoken } from '../coach/agent/agent.ts'
import type { Turn } from '../coach/agent/brief.ts'
import type { OutputRules } from '../coach/agent/output-check.ts'
import { viewOf } from '../coach/agent/view.ts'
import { asksForHelp, authorAnswer } from '../coach/agent/words.ts'
import { readCoachConfig } from '../coach/config.ts'
import type { Decision } from '../coach/policy.ts'
import type { CoachModel } from '../coach/providers/provider.ts'
import type { CoachDesk } from '../coach/tools/tool.ts'
import { nextMilestone, type DrillEvent, type DrillState } from '../model/drill.ts'
import { FiredrillError, describeError } from '../model/errors.ts'
import { hintRungs, milestoneNames, type Scenario } from '../model/scenario.ts'
import { scenarioOf } from '../drills/variants.ts'
import { isHidden } from './blind.ts'
import type { DrillEngine } from './drill-engine.ts'
import type { Ledger } from './ledger.ts'
import { readQuestion } from './question-reader.ts'
import { wordsAfter } from './coach-words.ts'

/** Access to models: loaded only if one is configured, which most ranges do not have. */
const models = async () => {
  const [{ speak }, { openModel }] = await Promise.all([import('../coach/agent/agent.ts'), import('../coach/providers/registry.ts')])
  return { speak, openModel }
}

/** After a longer time, nobody waits for the coach's debrief of a finished drill. */
const stillAwaitedMs = 24 * 3_600_000
/** Maximum number of drills checked when the control plane starts. */
const mostUndebriefed = 20

interface Dependencies {
  dir: string
  engine: DrillEngine
  ledger: Ledger
  scenarios: ReadonlyMap<string, Scenario>
}

/**
 * Carries out what the policy in the engine has decided to say: in a model's words if one is configured, or in the scenario author's if not, or if
 * the model fails. A drill goes on whatever happens here.
 */
export class Coach implements Disposable {
  readonly #deps: Dependencies
  #opened: { from: string; model: CoachModel | null } = { from: 'null', model: null }
  #used: { tool: string; at: number }[] = []
  /** Messages are sent one after another. */
  #turn: Promise<void> = Promise.resolve()
  /** Events that arrived while this coach ran, which are being handled already. */
  readonly #heard = new Set<number>()
  readonly #listener = (event: DrillEvent) => this.#on(event)

  constructor(deps: Dependencies) {
    this.#deps = deps
    deps.engine.live.on('event', this.#listener)
  }

  [Symbol.dispose](): void {
    this.#deps.engine.live.off('event', this.#listener)
    this.#opened.model?.[Symbol.dispose]()
  }

  /** The configured model, opened again when the configuration has changed; null without one, and the reason if it cannot be opened. */
  async #model(): Promise<CoachModel | { fellBack: string } | null> {
    try {
      const config = readCoachConfig(this.#deps.dir)
      const from = JSON.stringify(config)
      if (from !== this.#opened.from) {
        this.#opened.model?.[Symbol.dispose]()
        this.#opened = { from: 'null', model: null }
        this.#opened = { from, model: config === null ? null : (await models()).openModel(config) }
      }
      return this.#opened.model
    } catch (error) {
      return { fellBack: `the model cannot be opened: ${describeError(error)}` }
    }
  }

  /** Sends what an earlier control plane left unsent: answers to questions in the running drill, and debriefs of finished ones. */
  takeUp(): void {
    for (const { id, text } of this.#unanswered()) this.#queue(() => this.#answer(id, text))
    for (const drill of this.#undebriefed()) this.#queue(() => this.#debrief(drill))
  }

  #unanswered(): Extract<DrillEvent, { type: 'coach-asked' }>[] {
    const { engine, ledger } = this.#deps
    const running = engine.running()
    const all = running ? ledger.events(running.id, ['coach-asked', 'coach-replied', 'coach-mode-set']) : []
    // Questions that were asked while somebody else answered were theirs to answer.
    const events = all.slice(all.findLastIndex(({ type }) => type === 'coach-mode-set') + 1)
    const answered = new Set(events.flatMap((event) => (event.type === 'coach-replied' ? [event.to] : [])))
    return events.filter((event) => event.type === 'coach-asked').filter(({ id }) => !answered.has(id) && !this.#heard.has(id))
  }

  /** Oldest first. */
  #undebriefed(): string[] {
    const { ledger } = this.#deps
    const since = Date.now() - stillAwaitedMs
    return ledger
      .drills(mostUndebriefed)
      .toReversed()
      .filter((id) => {
        const events = ledger.events(id, ['drill-finished', 'coach-debriefed'])
        const finished = events.find(({ type }) => type === 'drill-finished')
        return finished && events.length === 1 && finished.at >= since && !this.#heard.has(finished.id)
      })
  }

  #on(event: DrillEvent): void {
    if (event.type === 'coach-asked' || event.type === 'drill-finished') this.#heard.add(event.id)
    if (event.type === 'drill-started') {
      this.#used = []
      // So that the module is loaded only when it is needed.
      if (event.mode !== 'rehearsal') this.#queue(async () => void (await this.#model()))
    }
    if (event.type === 'person-asked') void this.#read(event)
    if (event.type === 'coach-asked') this.#queue(() => this.#answer(event.id, event.text))
    // A trainee who asked in the chat is answered there.
    if (event.type === 'hint-given' && !this.#answering) this.#queue(() => this.#sayHint(event.id, event.text))
    if (event.type === 'drill-finished') this.#queue(() => this.#debrief(event.drill))
  }

  /** Runs in parallel: a question to a person does not wait for the coach. */
  async #read(event: Extract<DrillEvent, { type: 'person-asked' }>): Promise<void> {
    const model = await this.#model()
    // A small model can reword a hint, but not interpret a question.
    if (model && !('fellBack' in model) && !model.small) await readQuestion(event, this.#deps.engine, model)
  }

  /** Whether the hint that was just given was requested in the chat. */
  #answering = false

  #queue(work: () => Promise<void>): void {
    this.#turn = this.#turn.then(work).catch((error: unknown) => void process.stderr.write(`the coach: ${describeError(error)}\n`))
  }

  /** Resolves when everything has been sent. */
  settled(): Promise<void> {
    return this.#turn
  }

  async #answer(to: number, text: string): Promise<void> {
    const { engine } = this.#deps
    const state = engine.running()
    // The instructor has taken over, and answers by hand.
    if (!state || state.coach !== 'auto') return
    const model = await this.#model()
    const help = state.phase === 'running' && asksForHelp(text) ? this.#help() : null
    // A small model can reword a hint, but cannot handle a question.
    const able = model !== null && ('fellBack' in model || !model.small || (help !== null && 'given' in help))
    const spoken = able ? await this.#speak({ kind: 'answer', to, text, help }, model) : null
    if (spoken && 'text' in spoken) return engine.coaching.note({ type: 'coach-replied', to, ...spoken })
    if (spoken) engine.coaching.note({ type: 'coach-fell-back', to, why: spoken.fellBack })
    const now = engine.running()
    if (!now) return
    // In a shift, it is about the most urgent incident.
    const own = (now.shift ? engine.coaching.decisions()?.state : null) ?? now
    engine.coaching.note({ type: 'coach-replied', to, text: authorAnswer(nextMilestone(own), help), words: 'author' })
  }

  #help(): { given: { milestone: string; rung: string; text: string } } | { waitMs: number } {
    this.#answering = true
    try {
      const { hint, waitMs } = this.#deps.engine.coaching.askHint()
      return hint ? { given: hint } : { waitMs }
    } finally {
      this.#answering = false
    }
  }

  /** A hint is listed in its author's words; the model adds it in its own. */
  async #sayHint(to: number, text: string): Promise<void> {
    const { engine } = this.#deps
    const state = engine.running()
    const model = await this.#model()
    if (!model || !state || state.coach !== 'auto') return
    const spoken = await this.#speak({ kind: 'hint', to, text }, model)
    engine.coaching.note(
      'text' in spoken ? { type: 'coach-replied', to, ...spoken } : { type: 'coach-fell-back', to, why: spoken.fellBack },
    )
  }

  async #debrief(drill: string): Promise<void> {
    const { ledger, scenarios } = this.#deps
    const events = ledger.events(drill)
    const state = ledger.drill(drill)
    const scenario = state ? scenarioOf(scenarios, state) : undefined
    if (!state || !scenario || state.mode === 'rehearsal') return
    const facts = wordsAfter(state, events, scenario)
    const model = await this.#model()
    const turn: Turn = { kind: 'debrief', facts }
    const nothing: Decision = { kind: 'wait', forMs: 0, reasons: [] }
    const view = viewOf(state, events, Date.now(), { unasked: nothing, asked: nothing })
    const spoken = model
      ? 'fellBack' in model
        ? model
        : await (
            await models()
          ).speak(turn, model, {
            desk: deskWithout(view),
            rules: () => ({ secrets: [], known: [], before: [], guessing: false, over: true }),
            audit: () => {},
            used: this.#used,
          })
      : null
    if (spoken && 'fellBack' in spoken) ledger.append(drill, { type: 'coach-fell-back', to: 0, why: spoken.fellBack })
    ledger.append(drill, {
      type: 'coach-debriefed',
      ...(spoken && 'text' in spoken ? spoken : { text: facts, words: 'author' as const }),
    })
  }

  async #speak(turn: Exclude<Turn, { kind: 'debrief' }>, model: CoachModel | { fellBack: string }): Promise<Spoken> {
    if ('fellBack' in model) return model
    const { engine } = this.#deps
    const drill = engine.running()?.id ?? ''
    const { speak } = await models()
    return speak(turn, model, {
      desk: this.#desk(turn.to),
      rules: () => this.#rules(turn),
      audit: (use) => engine.coaching.note({ type: 'coach-used-tool', ...use }),
      used: this.#used,
      onText: (text) => engine.live.emit('coach', { drill, to: turn.to, text }),
    })
  }

  #rules(turn: Turn): OutputRules {
    const now = this.#deps.engine.coaching.decisions()
    return now ? rulesOf(now.state, now.events, now.scenario, turn) : { secrets: [], known: [], before: [], guessing: true }
  }

  #desk(to: number): CoachDesk {
    const { engine } = this.#deps
    const view = () => {
      const now = engine.coaching.decisions()
      if (!now) throw new FiredrillError('wrong-state', 'the drill is over')
      return viewOf(now.state, now.events, Date.now(), now)
    }
    const decided = (kind: 'extend' | 'ease') => {
      const decision = engine.coaching.decisions()?.unasked
      if (decision?.kind !== kind) throw new FiredrillError('forbidden', `the policy says ${decision?.kind ?? 'nothing'}`)
      return decision
    }
    return {
      view,
      releaseHint: () => this.#help(),
      extend() {
        const decision = decided('extend')
        if (decision.kind === 'extend') engine.clock.extend(decision.byMs)
      },
      async ease() {
        decided('ease')
        await engine.faults.ease()
      },
      pause: () => engine.clock.pause(),
      finish: () => engine.finish(),
      say: (text) => engine.coaching.note({ type: 'coach-replied', to, text, words: 'model' }),
    }
  }
}

/** What may be said at this point of a drill: only what the drill has already said. Pure, so that attacks can be tested. */
export function rulesOf(state: DrillState, events: readonly DrillEvent[], scenario: Scenario, turn: Turn): OutputRules {
  const given = new Set(state.hints.map((hint) => `${hint.milestone} ${hint.rung}`))
  const secrets = milestoneNames.flatMap((milestone) =>
    hintRungs.flatMap((rung) => (given.has(`${milestone} ${rung}`) ? [] : [scenario.milestones[milestone].hints[rung]])),
  )
  const told = events.flatMap((event) => {
    switch (event.type) {
      case 'page-received':
        return [event.alert.summary, event.alert.name]
      case 'hint-given':
      case 'message-sent':
        return [event.text]
      case 'coach-said':
        return [event.text]
      case 'milestone-reached':
        return [event.evidence]
      default:
        return []
    }
  })
  return {
    secrets: [...secrets, ...scenario.solution.map(({ why }) => why), scenario.debrief],
    known: [...(isHidden(state) ? [] : [scenario.title, scenario.summary, scenario.story]), ...told],
    before: events.flatMap((event) => (event.type === 'coach-replied' && event.words === 'model' ? [event.text] : [])),
    guessing: turn.kind === 'answer' && state.milestones.recovered === null,
  }
}

/** A desk without any tools, because the drill is over. */
function deskWithout(view: ReturnType<CoachDesk['view']>): CoachDesk {
  const over = () => {
    throw new FiredrillError('wrong-state', 'the drill is over')
  }
  return { view: () => view, releaseHint: over, extend: over, ease: over, pause: over, finish: over, say: over }
}
