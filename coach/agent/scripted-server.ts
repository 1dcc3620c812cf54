import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** What a scripted model does when it is asked. */
export interface Script {
  /** Pieces of the answer. */
  text?: readonly string[]
  /** Pieces of what the model thinks before, told apart by the server. */
  thoughts?: readonly string[]
  /** Tools to call, before anything is said; `raw` is sent instead of the input's JSON. */
  tools?: readonly { name: string; input?: unknown; raw?: string }[]
  /** Before the first piece, in milliseconds. */
  waitMs?: number
  /** Between pieces. */
  paceMs?: number
  /** How it says that it is done: `stop` where nothing is given; not at all with null. */
  finish?: string | null
  /** After the text: the connection breaks, or an error comes as an event. */
  after?: 'break' | { error: string }
  /** An answer that is none. */
  status?: number
  body?: string
  headers?: Record<string, string>
}

export interface ChatRequest {
  model: string
  messages: { role: string; content: unknown }[]
  tools?: { function: { name: string } }[]
}

/** A server that speaks as OpenAI's does and says what a script wants: for tests, and for attacks on the coach. */
export async function startScriptedServer(
  script: (request: ChatRequest) => Script,
): Promise<{ url: string; requests: ChatRequest[]; close(): Promise<void> } & AsyncDisposable> {
  const requests: ChatRequest[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      // Safe: only our own client asks.
      const asked = JSON.parse(Buffer.concat(parts).toString()) as ChatRequest
      requests.push(asked)
      void answer(script(asked)).catch(() => response.destroy())
    })
    const sleep = (ms: number | undefined) => (ms ? delay(ms) : undefined)
    async function answer({
      text = [],
      thoughts = [],
      tools,
      waitMs,
      paceMs,
      finish = 'stop',
      after,
      status,
      body,
      headers,
    }: Script): Promise<void> {
      await sleep(waitMs)
      if (status !== undefined || body !== undefined) {
        response.writeHead(status ?? 200, { 'content-type': 'text/event-stream', ...headers }).end(body ?? '')
        return
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const send = (delta: object, finish: string | null = null) =>
        response.write(
          `data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', created: 0, model: 'scripted', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
        )
      send({ role: 'assistant', content: '' })
      for (const piece of thoughts) {
        send({ reasoning_content: piece })
        await sleep(paceMs)
      }
      if (tools) {
        for (const [index, { name, input, raw }] of tools.entries())
          send({
            tool_calls: [
              {
                index,
                id: `call-${requests.length}-${index}`,
                type: 'function',
                function: { name, arguments: raw ?? JSON.stringify(input) },
              },
            ],
          })
        send({}, 'tool_calls')
      } else {
        for (const piece of text) {
          send({ content: piece })
          await sleep(paceMs)
        }
        if (after === 'break') return void response.destroy()
        if (after) response.write(`data: ${JSON.stringify({ error: { message: after.error, code: 500 } })}\n\n`)
        if (finish !== null) send({}, finish)
      }
      response.end('data: [DONE]\n\n')
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${port}/v1`, requests, close, [Symbol.asyncDispose]: close }
}
