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

/** To the first word, and to the last, in milliseconds. */
export const firstWordMs = 2_000
export const wholeMs = 10_000

/** Told of each use of a tool, whether it was allowed or not. */
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
  /** How often each tool was used, in milliseconds since the epoch; kept by who calls, over all turns of a drill. */
  used: { tool: string; at: number }[]
  /** Called with all that may be shown so far, as it grows. */
  onText?: (text: string) => void
  /** Called at the first word. */
  onBegun?: () => void
  /** Called for each call of a tool: with null where it could be read, or with what the model had wrong in it. */
  onToolCall?: (mistake: string | null) => void
  signal?: AbortSignal | undefined
  now?: () => number
  patience?: Patience
}

/** `said` is what may not go out, where it is that. */
export type Spoken = { text: string; words: 'model' } | { fellBack: string; said?: string }

/** What is known of a model by its answers so far. */
interface Manner {
  /** It has said something: nothing is shown of its first answer before that is whole, since it may turn out to be thoughts. */
  heard: boolean
  /** It begins with thoughts, without a mark. */
  thinking: boolean
  /** Its server wants to be left alone until then, in milliseconds since the epoch. */
  waitUntil: number
}
const manners = new WeakMap<CoachModel['model'], Manner>()

/**
 * Lets the model say something. Sentence by sentence, each checked with all before it: nothing of a text that is refused later is
 * shown beyond the sentences that passed. Never throws for what the model or its server does: it says why the author's words are to go out.
 */
export async function speak(turn: Turn, { model, tools, small }: CoachModel, speaking: Speaking): Promise<Spoken> {
  const { rules, audit, used, onText, onBegun, onToolCall, signal, now = Date.now, patience = { firstWordMs, wholeMs } } = speaking
  const manner = manners.get(model) ?? { heard: false, thinking: false, waitUntil: 0 }
  manners.set(model, manner)
  if (now() < manner.waitUntil)
    return { fellBack: `its server has asked for a pause of another ${Math.ceil((manner.waitUntil - now()) / 1_000)} s` }
  // What goes out by a tool is held against the same.
  const desk: CoachDesk = { ...speaking.desk, say: (said) => speaking.desk.say(mayGoOut(said, rules())) }
  const brief = briefFor(turn, desk.view(), small)
  const deadlines = deadlinesOf(patience, () => thought > 0)
  /** All that came as text, and what of it are words. */
  let raw = ''
  let text = ''
  let shown = ''
  let thought = 0
  let toolsUsed = 0
  /** What the last call of a tool had wrong. */
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
        // Who never says that they are done may have said all, or nothing at all; who was cut has not.
        const mayBeAll = /[.!?…]["”')]*$/.test(text.trim()) || (raw === '' && thought === 0)
        if (breaksOff(part.error) && mayBeAll) continue
        throw part.error
      }
      if (part.type === 'abort') throw deadlines.signal.reason ?? new Error('stopped')
      // Who uses a tool has begun, and has the rest of the time.
      if (part.type === 'tool-call') {
        deadlines.begun()
        mistake = null
        // A tool that there is not, or arguments that cannot be read. The model is told, and may do better in its next step.
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
      // What begins as JSON does is judged when it is whole: it may be a call.
      const whole = /^(?:```|[[{])/.test(text) ? '' : sentencesOf(text)
      if (whole.length <= shown.length) continue
      const why = refusal(whole, rules())
      if (why !== null) return { fellBack: why, said: whole }
      shown = whole
      // Of a small model the whole is judged first.
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

/** What is wrong with a call that cannot be carried out. */
function refusedCall({ toolName, error }: { toolName: string; error?: unknown }, audit: Audit): string {
  const why = toolMistake(error)
  audit({ tool: toolName, input: {}, allowed: false, why })
  return `${toolName}: ${why}`
}

/** The coach's tools, as the model is offered them. */
const toolSet = (use: (each: CoachTool, input: unknown) => Promise<unknown>): ToolSet =>
  Object.fromEntries(
    coachTools.map((each) => [
      each.name,
      tool({ description: each.description, inputSchema: each.input, execute: (input) => use(each, input) }),
    ]),
  )

/** Until when the first word has to be there, and the last. Aborts `signal` with what was late. */
function deadlinesOf(patience: Patience, hasThought: () => boolean) {
  const late = new AbortController()
  const limit = setTimeout(() => late.abort(new Error(`not done within ${patience.wholeMs / 1_000} s`)), patience.wholeMs)
  const silent = () => late.abort(new Error(`no text within ${patience.firstWordMs / 1_000} s${hasThought() ? ', only reasoning' : ''}`))
  const first = setTimeout(silent, patience.firstWordMs)
  return {
    signal: late.signal,
    /** There is a first word. */
    begun: () => clearTimeout(first),
    end() {
      clearTimeout(first)
      clearTimeout(limit)
      late.abort()
    },
  }
}

/** What comes of an answer that is whole; `source` is what it was to say in other words, where that is all it had to do. */
function judged(whole: string, finish: FinishReason | null, source: string | null, rules: OutputRules): Spoken {
  if (finish === 'content-filter') return { fellBack: "its server's filter has stopped it" }
  // Cut by the length it may have: what is whole of it is good.
  const text = finish === 'length' ? sentencesOf(`${whole.trimEnd()} `) : whole
  if (text.trim() === '') return { fellBack: 'cut off before its first sentence was complete' }
  const why =
    refusal(text, rules) ??
    (twice(text) ? 'the same twice' : null) ??
    (source !== null && !isFaithful(text, source) ? 'something other than what was to be said' : null)
  return why === null ? { text: text.trim(), words: 'model' } : { fellBack: why, said: text }
}

/** Why an answer without a word is none. */
function silence(answer: { thought: number; toolsUsed: number; mistake: string | null; finish: FinishReason | null }): string {
  const { thought, toolsUsed, mistake, finish } = answer
  if (mistake !== null) return `it said nothing, and its call of a tool could not be used: ${mistake}`
  if (toolsUsed > 0) return 'it used tools and said nothing'
  if (thought > 0) return `only reasoning and no answer${finish === 'length' ? ', until the length limit' : ''}`
  return 'an empty answer'
}

const writtenCall = (call: string): string =>
  `it wrote a call of a tool as text, which its server does not read as one: ${call} (choose the server's parser for tool calls, or set the model with --no-tools)`

/** What a model has to say in its own words, where that is all it has to do. */
const sourceOf = (turn: Turn): string | null =>
  turn.kind === 'hint' ? turn.text : turn.kind === 'debrief' ? turn.facts : turn.help && 'given' in turn.help ? turn.help.given.text : null

const mostToolsInATurn = 6

/** Holds a use of a tool against its schema, its rate and the policy; carries it out, or says why not. Either way it is told. */
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

/** As much of a text as ends with a whole sentence. */
function sentencesOf(text: string): string {
  const end = Math.max(text.lastIndexOf('. '), text.lastIndexOf('! '), text.lastIndexOf('? '), text.lastIndexOf('\n'))
  return end < 0 ? '' : text.slice(0, end + 1)
}

/** A sentence that comes again: a small model that has lost its way. */
function twice(text: string): boolean {
  const sentences = text
    .toLowerCase()
    .split(/[.!?\n]+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length > 12)
  return new Set(sentences).size < sentences.length
}

/** A stream that ends with the signal, also when what makes it does not heed it. */
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
