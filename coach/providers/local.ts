import { fork, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import type { FromWorker, ToWorker } from './local-worker.ts'
import type { CoachProvider, ModelOf } from './provider.ts'

type Model = Extract<ModelOf, { specificationVersion: 'v4' }>
type CallOptions = Parameters<Model['doStream']>[0]
type StreamPart = Awaited<ReturnType<Model['doStream']>>['stream'] extends ReadableStream<infer Part> ? Part : never

/** Runs a GGUF file through `node-llama-cpp`, in a process of its own, so that a crash does not affect the control plane. */
export const local: CoachProvider<'local'> = {
  id: 'local',
  open({ library, file }) {
    const worker = new Worker(library, file)
    const stream = (options: CallOptions) => worker.stream(options)
    const model: Model = {
      specificationVersion: 'v4',
      provider: 'local',
      modelId: path.basename(file),
      supportedUrls: {},
      doStream: async (options) => ({ stream: stream(options) }),
      async doGenerate(options) {
        let text = ''
        for await (const part of stream(options)) {
          if (part.type === 'text-delta') text += part.delta
          if (part.type === 'error') throw part.error
        }
        return { content: [{ type: 'text', text }], finishReason: stopped, usage, warnings: [] }
      },
    }
    return { model, tools: false, small: true, [Symbol.dispose]: () => worker.stop() }
  },
}

const usage = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
}
const stopped = { unified: 'stop', raw: undefined } as const

class Worker {
  readonly #library: string
  readonly #file: string
  #process: ChildProcess | null = null
  readonly #waiting = new Map<number, (message: FromWorker) => void>()
  #calls = 0

  constructor(library: string, file: string) {
    this.#library = library
    this.#file = file
    this.#start()
  }

  /** The process, restarted when it has exited. */
  #start(): ChildProcess {
    if (this.#process?.connected) return this.#process
    const child = fork(path.join(import.meta.dirname, 'local-worker.ts'), {
      env: { ...process.env, COACH_LIBRARY: this.#library, COACH_MODEL: this.#file },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    child.on('message', (message: FromWorker) => this.#waiting.get(message.call)?.(message))
    child.once('exit', () => {
      for (const [call, tell] of this.#waiting) tell({ call, type: 'failed', message: 'the process of the model has ended' })
    })
    this.#process = child
    return child
  }

  stream({ prompt, maxOutputTokens, temperature, abortSignal }: CallOptions): ReadableStream<StreamPart> {
    const call = ++this.#calls
    const child = this.#start()
    const send = (message: ToWorker) => void (child.connected && child.send(message))
    const system = prompt.flatMap((message) => (message.role === 'system' ? [message.content] : [])).join('\n')
    const user = prompt
      .flatMap((message) => (message.role === 'user' ? message.content : []))
      .flatMap((part) => (part.type === 'text' ? [part.text] : []))
      .join('\n')
    return new ReadableStream<StreamPart>({
      start: (controller) => {
        const done = () => {
          this.#waiting.delete(call)
          controller.close()
        }
        controller.enqueue({ type: 'stream-start', warnings: [] })
        controller.enqueue({ type: 'text-start', id: '1' })
        this.#waiting.set(call, (message) => {
          if (message.type === 'text') return controller.enqueue({ type: 'text-delta', id: '1', delta: message.text })
          if (message.type === 'failed') controller.enqueue({ type: 'error', error: new Error(message.message) })
          else {
            controller.enqueue({ type: 'text-end', id: '1' })
            controller.enqueue({ type: 'finish', finishReason: stopped, usage })
          }
          done()
        })
        abortSignal?.addEventListener('abort', () => {
          if (!this.#waiting.has(call)) return
          send({ call, type: 'abort' })
          controller.enqueue({ type: 'error', error: abortSignal.reason })
          done()
        })
        send({ call, type: 'prompt', system, user, maxTokens: maxOutputTokens ?? 120, temperature: temperature ?? 0.3 })
      },
      cancel: () => {
        this.#waiting.delete(call)
        send({ call, type: 'abort' })
      },
    })
  }

  stop(): void {
    this.#process?.kill('SIGTERM')
  }
}
