import { FiredrillError } from '../../model/errors.ts'
import { inSeconds } from '../../model/units.ts'
import type { CoachModel } from '../providers/provider.ts'
import type { CoachDesk } from '../tools/tool.ts'
import { firstWordMs, speak, wholeMs, type Patience, type Spoken } from './agent.ts'
import type { Turn } from './brief.ts'
import { sampleView } from './sample-view.ts'
import type { CoachView } from './view.ts'

interface Trial {
  text: string
  /** Time to the first and to the last word, in milliseconds. */
  firstWordMs: number
  wholeMs: number
}

/** Timeout, once, for a server that has to load its model first. */
const loading: Patience = { firstWordMs: 60_000, wholeMs: 90_000 }
const hint = 'You know what users feel. Look at where their requests spend their time.'
const saysHint: Turn = { kind: 'hint', to: 1, text: hint }
const answers: Turn = { kind: 'answer', to: 1, text: 'I am here. How do I begin?', help: null }

/**
 * Lets a model answer as in a drill, by the same code and with the same timeouts, and offers it its tools.
 *
 * @throws FiredrillError `component-failed`, with the reason why the author's words would be used, or why its tools cannot be used
 */
export async function tryModel(model: CoachModel, patience: Patience = { firstWordMs, wholeMs }): Promise<Trial> {
  const first = await say(model, saysHint, loading)
  let { text, ...times } = { text: wordsOf(first.spoken), firstWordMs: first.firstWordMs, wholeMs: first.wholeMs }
  if (first.firstWordMs > patience.firstWordMs || first.wholeMs > patience.wholeMs) {
    const again = await say(model, saysHint, patience)
    const before = `; the time before, its first word came after ${inSeconds(first.firstWordMs)} and its last after ${inSeconds(first.wholeMs)}`
    text = wordsOf(again.spoken, before)
    times = { firstWordMs: again.firstWordMs, wholeMs: again.wholeMs }
  }
  if (model.tools && !model.small) {
    const { spoken, calls } = await say(model, answers, patience)
    // The content does not matter here: the question is whether it can be used with tools.
    if ('fellBack' in spoken && spoken.said === undefined) wordsOf(spoken, ', when it was offered tools')
    // A mistake that it corrects does not count.
    const last = calls.at(-1)
    if (last && calls.every((mistake) => mistake !== null))
      throw new FiredrillError('component-failed', `it speaks, but cannot use tools: ${last} (set the model with --no-tools)`)
  }
  return { text, ...times }
}

/** The answer; throws with the reason if there was none. */
function wordsOf(spoken: Spoken, when = ''): string {
  if ('text' in spoken) return spoken.text
  const { fellBack, said } = spoken
  const what = said === undefined ? '' : ` (it said: “${said.trim().slice(0, 200)}”)`
  throw new FiredrillError(
    'component-failed',
    `in a drill the author's words would go out instead of the model's: ${fellBack}${what}${when}`,
  )
}

async function say(model: CoachModel, turn: Turn, patience: Patience) {
  const startedAt = performance.now()
  let first = 0
  const calls: (string | null)[] = []
  const spoken = await speak(turn, model, {
    desk,
    rules: () => ({ secrets: [], known: [hint], before: [], guessing: false }),
    audit: () => {},
    used: [],
    onBegun: () => void (first ||= performance.now() - startedAt),
    onToolCall: (mistake) => void calls.push(mistake),
    patience,
  })
  return { spoken, calls, firstWordMs: first, wholeMs: performance.now() - startedAt }
}

const nothing = () => {
  throw new FiredrillError('wrong-state', 'this is no drill')
}
const view: CoachView = {
  ...sampleView,
  milestones: { ...sampleView.milestones, acknowledged: 0 },
  working: 'located',
}
const desk: CoachDesk = {
  view: () => view,
  releaseHint: nothing,
  extend: nothing,
  ease: nothing,
  pause: nothing,
  finish: nothing,
  say: () => {},
}
