import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { generateText, streamText } from 'ai'
import { local } from './local.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-local-'))
after(() => rmSync(dir, { recursive: true, force: true }))

/** A stand-in for `node-llama-cpp`: repeats its input, word by word; `wait` waits until it is aborted, `exit` exits immediately. */
const library = path.join(dir, 'coach')
const folder = path.join(library, 'node_modules', 'node-llama-cpp')
mkdirSync(folder, { recursive: true })
writeFileSync(path.join(folder, 'package.json'), '{ "name": "node-llama-cpp", "type": "module", "exports": "./index.js" }')
writeFileSync(
  path.join(folder, 'index.js'),
  `let [busy, cleared] = [0, 0]
  export const getLlama = async () => ({
    loadModel: async ({ modelPath }) => ({
      createContext: async () => ({ getSequence: () => ({ modelPath, clearHistory: async () => void cleared++ }) }),
    }),
  })
  export class LlamaChatSession {
    constructor({ contextSequence, systemPrompt }) { Object.assign(this, { contextSequence, systemPrompt }) }
    async prompt(text, { maxTokens, temperature, signal, onTextChunk }) {
      if (busy++) throw new Error('two at a time')
      if (text === 'exit') process.exit(1)
      if (text === 'wait') {
        onTextChunk('waiting')
        await new Promise((_, reject) => signal.addEventListener('abort', () => (busy--, reject(signal.reason))))
      }
      const said = [this.systemPrompt, text, maxTokens, temperature, this.contextSequence.modelPath, cleared]
      for (const word of said) onTextChunk(word + '; ')
      busy--
    }
    dispose() {}
  }`,
)

test('a local model runs in a process of its own, answers one question at a time, and stops when nobody waits any more', async () => {
  using opened = local.open({ provider: 'local', library, file: '/models/small.gguf' })
  const { model } = opened
  assert.deepEqual([opened.small, opened.tools], [true, false])
  const ask = (prompt: string) => streamText({ model, system: 'be kind', prompt, maxRetries: 0, onError: () => {} })
  const told = (prompt: string, count: number, rest = '120; 0.3') => `be kind; ${prompt}; ${rest}; /models/small.gguf; ${count}; `
  const [first, second] = await Promise.all([ask('one').text, ask('two').text])
  assert.deepEqual([first, second], [told('one', 1), told('two', 2)])
  const { text, finishReason } = await generateText({ model, system: 'be kind', prompt: 'three', maxOutputTokens: 7, temperature: 1 })
  assert.deepEqual([text, finishReason], [told('three', 3, '7; 1'), 'stop'])

  const abort = new AbortController()
  const waiting = streamText({ model, prompt: 'wait', maxRetries: 0, abortSignal: abort.signal, onError: () => {} })
  const next = ask('four').text
  for await (const chunk of waiting.textStream) {
    assert.equal(chunk, 'waiting')
    abort.abort()
  }
  assert.equal(await next, told('four', 5), 'the next is not kept waiting')

  await assert.rejects(generateText({ model, prompt: 'exit', maxRetries: 0 }), /the process of the model has ended/)
  assert.equal(await ask('five').text, told('five', 1), 'by a new process')
})

test('a missing library is reported to the caller', async () => {
  using opened = local.open({ provider: 'local', library: path.join(dir, 'elsewhere'), file: 'small.gguf' })
  await assert.rejects(generateText({ model: opened.model, prompt: 'one', maxRetries: 0 }), /Cannot find module 'node-llama-cpp'/)
})
