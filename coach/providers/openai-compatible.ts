import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { fetchStreamed } from './streamed.ts'
import type { CoachProvider } from './provider.ts'

/** Ollama, vLLM, llama.cpp's server, OpenAI, and other servers with the same API. */
export const openaiCompatible: CoachProvider<'openai-compatible'> = {
  id: 'openai-compatible',
  open({ url, model, apiKey, tools }) {
    const provider = createOpenAICompatible({
      name: 'coach',
      baseURL: url,
      fetch: fetchStreamed,
      ...(apiKey === undefined ? {} : { apiKey }),
    })
    return { model: provider(model), tools, small: false, [Symbol.dispose]() {} }
  },
}
