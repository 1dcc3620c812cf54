import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

export type ToWorker =
  | { call: number; type: 'prompt'; system: string; user: string; maxTokens: number; temperature: number }
  | { call: number; type: 'abort' }
export type FromWorker = { call: number } & ({ type: 'text'; text: string } | { type: 'done' } | { type: 'failed'; message: string })

/** The part of `node-llama-cpp` 3 that is used here; `firedrill coach install` installs it, and it is no dependency of the project. */
interface Library {
  getLlama(options: { gpu: false; build: 'never'; logLevel: 'error' }): Promise<{
    loadModel(options: { modelPath: string }): Promise<{
      createContext(options: { contextSize: number; threads: number }): Promise<{ getSequence(): Sequence }>
    }>
  }>
  LlamaChatSession: new (options: { contextSequence: Sequence; systemPrompt: string }) => {
    prompt(
      text: string,
      options: {
        maxTokens: number
        temperature: number
        signal: AbortSignal
        repeatPenalty: { penalty: number }
        onTextChunk(text: string): void
      },
    ): Promise<string>
    dispose(): void
  }
}
interface Sequence {
  clearHistory(): Promise<void>
}

const library = process.env['COACH_LIBRARY'] ?? ''
const tell = (message: FromWorker) => void process.send?.(message)
const aborts = new Map<number, AbortController>()

async function load() {
  const entry = createRequire(path.join(library, 'package.json')).resolve('node-llama-cpp')
  const { getLlama, LlamaChatSession } = (await import(pathToFileURL(entry).href)) as Library
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' })
  const model = await llama.loadModel({ modelPath: process.env['COACH_MODEL'] ?? '' })
  const context = await model.createContext({ contextSize: 2_048, threads: 2 })
  return { sequence: context.getSequence(), LlamaChatSession }
}
const loaded = load()
// Reported to the caller.
loaded.catch(() => {})
/** One at a time: there is one sequence. */
let turn: Promise<unknown> = Promise.resolve()

process.on('message', (message: ToWorker) => {
  if (message.type === 'abort') return aborts.get(message.call)?.abort()
  const abort = new AbortController()
  aborts.set(message.call, abort)
  turn = turn.then(() => answer(message, abort.signal)).finally(() => aborts.delete(message.call))
})
process.on('disconnect', () => process.exit(0))

async function answer(
  { call, system, user, maxTokens, temperature }: Extract<ToWorker, { type: 'prompt' }>,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { sequence, LlamaChatSession } = await loaded
    signal.throwIfAborted()
    await sequence.clearHistory()
    const session = new LlamaChatSession({ contextSequence: sequence, systemPrompt: system })
    await session.prompt(user, {
      maxTokens,
      temperature,
      signal,
      repeatPenalty: { penalty: 1.1 },
      onTextChunk: (text) => tell({ call, type: 'text', text }),
    })
    session.dispose()
    tell({ call, type: 'done' })
  } catch (error) {
    tell({ call, type: 'failed', message: error instanceof Error ? error.message : String(error) })
  }
}
