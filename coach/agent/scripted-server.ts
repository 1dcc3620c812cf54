import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** How a scripted model answers. */
export interface Script {
  /** Pieces of the answer. */
  text?: readonly string[]
  /** Pieces of the model's thoughts, which the server sends separately. */
  thoughts?: readonly string[]
  /** Tools to call, before any text; `raw` is sent instead of the input's JSON. */
  tools?: readonly { name: string; input?: unknown; raw?: string }[]
  /** Before the first piece, in milliseconds. */
  waitMs?: number
  /** Between pieces. */
  paceMs?: number
  /** The finish reason: `stop` by default; none with null. */
  finish?: string | null
  /** After the text: the connection breaks, or an error is sent as an event. */
  after?: 'break' | { error: string }
  /** An answer that is not a stream. */
  status?: number
  body?: string
  headers?: Record<string, string>
}

export interface ChatRequest {
  model: string
  messages: { role: string; content: unknown }[]
  tools?: { function: { name: string } }[]
}

/** A server with OpenAI's API that answers from a script: for tests, and for attacks on the coach. */
export async function startScriptedServer(
  script: (request: ChatRequest) => Script,
): Promise<{ url: string; requests: ChatRequest[]; close(): Promise<void> } & AsyncDisposable> {
  const requests: ChatRequest[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      // Safe: only our own client calls it.
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
