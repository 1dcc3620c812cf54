import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a scripted model does when it is asked. */
export interface Script {
  /** Pieces of the answer. */
  text?: readonly string[]
  /** Tools to call, before anything is said. */
  tools?: readonly { name: string; input: unknown }[]
  /** Before the first piece, in milliseconds. */
  waitMs?: number
  /** Between pieces. */
  paceMs?: number
  /** An answer that is none. */
  status?: number
  body?: string
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
    const sleep = (ms: number | undefined) => (ms ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined)
    async function answer({ text = [], tools, waitMs, paceMs, status, body }: Script): Promise<void> {
      await sleep(waitMs)
      if (status !== undefined || body !== undefined) {
        response.writeHead(status ?? 200, { 'content-type': 'text/event-stream' }).end(body ?? '')
        return
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const send = (delta: object, finish: string | null = null) =>
        response.write(
          `data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', created: 0, model: 'scripted', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
        )
      send({ role: 'assistant', content: '' })
      if (tools) {
        for (const [index, { name, input }] of tools.entries())
          send({
            tool_calls: [
              { index, id: `call-${requests.length}-${index}`, type: 'function', function: { name, arguments: JSON.stringify(input) } },
            ],
          })
        send({}, 'tool_calls')
      } else {
        for (const piece of text) {
          send({ content: piece })
          await sleep(paceMs)
        }
        send({}, 'stop')
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
