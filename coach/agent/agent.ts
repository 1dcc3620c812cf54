/*
 * The model that words what the coach has decided. `speak` asks it, with a prompt (`brief.ts`) of what the trainee has seen (`view.ts`). Each sentence is
 * checked before it is shown (`output-check.ts`).
 */
import { isStepCount, streamText, tool, type FinishReason, type ToolCallRepairFunction, type ToolSet } from 'ai'
import { FiredrillError, describeError } from '../../model/errors.ts'
import type { CoachModel } from '../providers/provider.ts'
import { coachTools } from '../tools/registry.ts'
import type { CoachDesk, CoachTool } from '../tools/tool.ts'
import { briefFor, type Turn } from './brief.ts'
import { isFaithful, refusal, type OutputRules } from './output-check.ts'
import { breaksOff, reasonFor, retryAfterMs } from './reasons.ts'
import { saidIn } from './thoughts.ts'
import { argumentsMeant, callInText, toolMistake } from './tool-calls.ts'

/** Timeouts for the first and the last word, in milliseconds. */
export const firstWordMs = 2_000
export const wholeMs = 10_000

/** Called for each use of a tool, allowed or not. */
type Audit = (use: { tool: string; input: Record<string, unknown>; allowed: boolean; why: string }) => void

/** How long a model has to its first word, and to its last. */
export interface Patience {
  firstWordMs: number
  wholeMs: number
}

export interface Speaking {
  desk: CoachDesk
  rules: () => OutputRules
  audit: Audit
  /** When each tool was used, in milliseconds since the epoch; kept by the caller, over all turns of a drill. */
  used: { tool: string; at: number }[]
  /** Called with all the text that may be shown so far, as it grows. */
  onText?: (text: string) => void
  /** Called at the first word. */
  onBegun?: () => void
  /** Called for each call of a tool: with null if it was valid, or with what the model got wrong. */
  onToolCall?: (mistake: string | null) => void
  signal?: AbortSignal | undefined
  now?: () => number
  patience?: Patience
}

/** `said` is the text that may not go out, if that is the reason. */
export type Spoken = { text: string; words: 'model' } | { fellBack: string; said?: string }

/** What earlier answers have shown about a model. */
interface Manner {
  /** Whether it has answered before: nothing of its first answer is shown until that is complete, because it may turn out to be thoughts. */
  heard: boolean
  /** Whether its answers begin with thoughts, without a mark. */
  thinking: boolean
  /** Its server asks for no calls until then, in milliseconds since the epoch. */
  waitUntil: number
}
const manners = new WeakMap<CoachModel['model'], Manner>()

/**
 * Lets the model answer, checking each sentence together with all before it: if a text is refused later, only the sentences that passed were shown.
 * Never throws for a failure of the model or its server: it returns why the author's words are to be used.
 */
export async function speak(turn: Turn, { model, tools, small }: CoachModel, speaking: Speaking): Promise<Spoken> {
  const { rules, audit, used, onText, onBegun, onToolCall, signal, now = Date.now, patience = { firstWordMs, wholeMs } } = speaking
  const manner = manners.get(model) ?? { heard: false, thinking: false, waitUntil: 0 }
  manners.set(model, manner)
  if (now() < manner.waitUntil)
    return { fellBack: `its server has asked for a pause of another ${Math.ceil((manner.waitUntil - now()) / 1_000)} s` }
  // Text sent by a tool is checked by the same rules.
  const desk: CoachDesk = { ...speaking.desk, say: (said) => speaking.desk.say(mayGoOut(said, rules())) }
  const brief = briefFor(turn, desk.view(), small)
  const deadlines = deadlinesOf(patience, () => thought > 0)
  /** All text that arrived, and the part that is not thoughts. */
  let raw = ''
  let text = ''
  let shown = ''
  let thought = 0
  let toolsUsed = 0
  /** What was wrong with the last call of a tool. */
  let mistake: string | null = null
  let finish: FinishReason | null = null
  try {
    const { fullStream } = streamText({
      model,
      instructions: brief.instructions,
      prompt: brief.prompt,
      ...(tools && turn.kind === 'answer'
        ? { tools: toolSet((each, input) => useTool(each, input, { desk, audit, used, now, count: ++toolsUsed })) }
        : {}),
      stopWhen: isStepCount(4),
      maxOutputTokens: brief.maxOutputTokens,
      temperature: 0.3,
      maxRetries: 0,
      abortSignal: signal ? AbortSignal.any([deadlines.signal, signal]) : deadlines.signal,
      repairToolCall,
      onError() {},
    })
    for await (const part of untilAborted(fullStream, deadlines.signal)) {
      if (part.type === 'error') {
        // A stream without an end signal may be complete, or empty; one that was cut is not complete.
        const mayBeAll = /[.!?…]["”')]*$/.test(text.trim()) || (raw === '' && thought === 0)
        if (breaksOff(part.error) && mayBeAll) continue
        throw part.error
      }
      if (part.type === 'abort') throw deadlines.signal.reason ?? new Error('stopped')
      // A tool call counts as the first word, and has the rest of the time.
      if (part.type === 'tool-call') {
        deadlines.begun()
        mistake = null
        // An unknown tool, or invalid arguments. The model is told, and may correct it in its next step.
        if (part.invalid) {
          toolsUsed++
          mistake = refusedCall(part, audit)
        }
        onToolCall?.(mistake)
      }
      if (part.type === 'reasoning-delta') thought += part.text.length
      if (part.type === 'finish') finish = part.finishReason
      if (part.type !== 'text-delta' || part.text === '') continue
      raw += part.text
      const said = saidIn(raw, manner)
      thought = Math.max(thought, said.thought)
      manner.thinking ||= said.unmarked
      text = said.words.trimStart()
      if (text === '') continue
      deadlines.begun()
      onBegun?.()
      const call = callInText(text)
      if (call !== null) return { fellBack: writtenCall(call) }
      // Text that begins like JSON is checked only when complete: it may be a call.
      const whole = /^(?:```|[[{])/.test(text) ? '' : sentencesOf(text)
      if (whole.length <= shown.length) continue
      const why = refusal(whole, rules())
      if (why !== null) return { fellBack: why, said: whole }
      shown = whole
      // For a small model, the complete answer is checked first.
      if (!small && manner.heard) onText?.(shown)
    }
    if (text.trim() === '') return { fellBack: silence({ thought, toolsUsed, mistake, finish }) }
    manner.heard = true
    return judged(text, finish, small ? sourceOf(turn) : null, rules())
  } catch (error) {
    const wait = retryAfterMs(error, now())
    if (wait !== null) manner.waitUntil = now() + wait
    return { fellBack: deadlines.signal.aborted ? describeError(deadlines.signal.reason) : reasonFor(error) }
  } finally {
    deadlines.end()
  }
}

const repairToolCall: ToolCallRepairFunction<ToolSet> = async ({ toolCall }) => {
  const input = argumentsMeant(toolCall.input)
  return input === null ? null : { ...toolCall, input }
}

/** Why a call cannot be executed. */
function refusedCall({ toolName, error }: { toolName: string; error?: unknown }, audit: Audit): string {
  const why = toolMistake(error)
  audit({ tool: toolName, input: {}, allowed: false, why })
  return `${toolName}: ${why}`
}

/** The coach's tools, in the form for the model. */
const toolSet = (use: (each: CoachTool, input: unknown) => Promise<unknown>): ToolSet =>
  Object.fromEntries(
    coachTools.map((each) => [
      each.name,
      tool({ description: each.description, inputSchema: each.input, execute: (input) => use(each, input) }),
    ]),
  )

/** Deadlines for the first word, and for the last. Aborts `signal` with the one that was missed. */
function deadlinesOf(patience: Patience, hasThought: () => boolean) {
  const late = new AbortController()
  const limit = setTimeout(() => late.abort(new Error(`not done within ${patience.wholeMs / 1_000} s`)), patience.wholeMs)
  const silent = () => late.abort(new Error(`no text within ${patience.firstWordMs / 1_000} s${hasThought() ? ', only reasoning' : ''}`))
  const first = setTimeout(silent, patience.firstWordMs)
  return {
    signal: late.signal,
    /** Marks that the first word has arrived. */
    begun: () => clearTimeout(first),
    end() {
      clearTimeout(first)
      clearTimeout(limit)
      late.abort()
    },
  }
}

/** The result of a complete answer; `source` is the text that the model had to reword, if that is all it had to do. */
function judged(whole: string, finish: FinishReason | null, source: string | null, rules: OutputRules): Spoken {
  if (finish === 'content-filter') return { fellBack: "its server's filter has stopped it" }
  // Cut at its maximum length: its complete sentences are good.
  const text = finish === 'length' ? sentencesOf(`${whole.trimEnd()} `) : whole
  if (text.trim() === '') return { fellBack: 'cut off before its first sentence was complete' }
  const why =
    refusal(text, rules) ??
    (twice(text) ? 'the same twice' : null) ??
    (source !== null && !isFaithful(text, source) ? 'something other than what was to be said' : null)
  return why === null ? { text: text.trim(), words: 'model' } : { fellBack: why, said: text }
}

/** Why an answer has no words. */
function silence(answer: { thought: number; toolsUsed: number; mistake: string | null; finish: FinishReason | null }): string {
  const { thought, toolsUsed, mistake, finish } = answer
  if (mistake !== null) return `it said nothing, and its call of a tool could not be used: ${mistake}`
  if (toolsUsed > 0) return 'it used tools and said nothing'
  if (thought > 0) return `only reasoning and no answer${finish === 'length' ? ', until the length limit' : ''}`
  return 'an empty answer'
}

const writtenCall = (call: string): string =>
  `it wrote a call of a tool as text, which its server does not read as one: ${call} (choose the server's parser for tool calls, or set the model with --no-tools)`

/** The text that a model has to reword, if that is all it has to do. */
const sourceOf = (turn: Turn): string | null =>
  turn.kind === 'hint' ? turn.text : turn.kind === 'debrief' ? turn.facts : turn.help && 'given' in turn.help ? turn.help.given.text : null

const mostToolsInATurn = 6

/** Checks a tool call by its schema, its rate and the policy; executes it, or returns why not. Either way it is reported. */
export async function useTool(
  { name, input: schema, perMinute, refuse, run }: CoachTool,
  input: unknown,
  { desk, audit, used, now, count = 1 }: Pick<Speaking, 'desk' | 'audit' | 'used'> & { now: () => number; count?: number },
): Promise<unknown> {
  const parsed = schema.safeParse(input ?? {})
  const lately = used.filter((use) => use.tool === name && now() - use.at < 60_000).length
  const why = !parsed.success
    ? 'the input does not fit'
    : count > mostToolsInATurn
      ? `more than ${mostToolsInATurn} in one turn`
      : lately >= perMinute
        ? `more than ${perMinute} a minute`
        : refuse(desk.view())
  used.push({ tool: name, at: now() })
  // Safe: the input of every tool is an object.
  const shown = parsed.success ? (parsed.data as Record<string, unknown>) : {}
  if (why !== null) {
    audit({ tool: name, input: shown, allowed: false, why })
    return { refused: why }
  }
  try {
    const result = (await run(desk, parsed.data)) ?? { done: true }
    audit({ tool: name, input: shown, allowed: true, why: 'the policy allows it' })
    return result
  } catch (error) {
    audit({ tool: name, input: shown, allowed: false, why: describeError(error) })
    return { refused: describeError(error) }
  }
}

function mayGoOut(text: string, rules: OutputRules): string {
  const why = refusal(text, rules)
  if (why !== null) throw new FiredrillError('forbidden', why)
  return text
}

/** The part of a text that ends with a complete sentence. */
function sentencesOf(text: string): string {
  const end = Math.max(text.lastIndexOf('. '), text.lastIndexOf('! '), text.lastIndexOf('? '), text.lastIndexOf('\n'))
  return end < 0 ? '' : text.slice(0, end + 1)
}

/** A repeated sentence: a small model in a loop. */
function twice(text: string): boolean {
  const sentences = text
    .toLowerCase()
    .split(/[.!?\n]+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length > 12)
  return new Set(sentences).size < sentences.length
}

/** A stream that ends with the signal, even if its source ignores it. */
async function* untilAborted<Part>(stream: AsyncIterable<Part>, signal: AbortSignal): AsyncGenerator<Part> {
  const iterator = stream[Symbol.asyncIterator]()
  const aborted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
  aborted.catch(() => {})
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted])
      if (next.done) return
      yield next.value
    }
  } finally {
    void iterator.return?.().then(undefined, () => {})
  }
}
