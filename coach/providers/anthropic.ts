import { createAnthropic } from '@ai-sdk/anthropic'
import { fetchStreamed } from './streamed.ts'
import type { CoachProvider } from './provider.ts'

export const anthropic: CoachProvider<'anthropic'> = {
  id: 'anthropic',
  open({ url, model, apiKey, tools }) {
    const provider = createAnthropic({ apiKey, fetch: fetchStreamed, ...(url === undefined ? {} : { baseURL: url }) })
    return { model: provider(model), tools, small: false, [Symbol.dispose]() {} }
  },
}
