import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { generateText } from 'ai'
import type { CoachConfig } from '../config.ts'
import { openModel } from './registry.ts'

/** The request that a configuration's model sends: its path, and its key. */
async function asked(config: (url: string) => CoachConfig) {
  const seen: { url: string | undefined; key: string | undefined }[] = []
  const server = createServer((request, response) => {
    seen.push({ url: request.url, key: request.headers.authorization ?? request.headers['x-api-key']?.toString() })
    response.writeHead(400, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  using opened = openModel(config(`http://127.0.0.1:${port}/v1`))
  await generateText({ model: opened.model, prompt: 'Hello?', maxRetries: 0 }).catch(() => {})
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  return { ...seen[0], tools: opened.tools, small: opened.small }
}

test('a server is called at its address, with its key if there is one', async () => {
  const own = { provider: 'openai-compatible', model: 'm' } as const
  assert.deepEqual(await asked((url) => ({ ...own, url, tools: true })), {
    url: '/v1/chat/completions',
    key: undefined,
    tools: true,
    small: false,
  })
  assert.deepEqual(await asked((url) => ({ ...own, url, apiKey: 'k', tools: false })), {
    url: '/v1/chat/completions',
    key: 'Bearer k',
    tools: false,
    small: false,
  })
  assert.deepEqual(await asked((url) => ({ provider: 'anthropic', model: 'm', apiKey: 'k', url, tools: true })), {
    url: '/v1/messages',
    key: 'k',
    tools: true,
    small: false,
  })
})
