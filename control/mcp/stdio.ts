import { createInterface } from 'node:readline'
import { PassThrough, type Readable, type Writable } from 'node:stream'
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { messagesIn, refusal } from './messages.ts'
import { clearly } from './clearer.ts'

/**
 * Serves MCP over lines of standard input and output; resolves when the input has ended and every call is answered. Invalid messages are refused as
 * well, or a client would wait for an answer forever.
 */
export async function serveLines(server: McpServer, input: Readable, output: Writable): Promise<void> {
  const messages = new PassThrough()
  const transport = new StdioServerTransport(messages, output)
  /** Calls that are not answered yet. */
  const open = new Set<unknown>()
  const answered = Promise.withResolvers<void>()
  let ended = false
  const settle = (id?: unknown) => {
    open.delete(id)
    if (ended && open.size === 0) answered.resolve()
  }
  const send = transport.send.bind(transport)
  transport.send = async (message) => {
    await send(message)
    if ('id' in message && !('method' in message)) settle(message.id)
  }
  // Safe: the SDK's own transport; its type differs only in optional properties.
  await server.connect(clearly(transport as never))

  const refuse = (refused: object) => void output.write(`${JSON.stringify(refused)}\n`)
  /** The version that the client requested: the server may answer with an older one. */
  let version: string | undefined
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue
    const body = parsed(line)
    const given = body === undefined ? { refused: refusal(-32_700, 'not JSON: each line is one message') } : messagesIn(body, version)
    if ('refused' in given) refuse(given.refused)
    if (!('messages' in given)) continue
    for (const message of [given.messages].flat()) {
      if (!isMessage(message)) {
        refuse(refusal(-32_600, 'not a message of JSON-RPC 2.0'))
        continue
      }
      if (message.method === 'initialize') version = message.params?.['protocolVersion'] as string | undefined
      // A cancelled call gets no answer.
      if (message.method === 'notifications/cancelled') settle(message.params?.['requestId'])
      if (message.method !== undefined && message.id !== undefined) open.add(message.id)
      messages.write(`${JSON.stringify(message)}\n`)
    }
  }
  ended = true
  settle()
  await answered.promise
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

type Message = { id?: unknown; method?: string; params?: Record<string, unknown> }
const isMessage = (given: unknown): given is Message =>
  typeof given === 'object' && given !== null && 'jsonrpc' in given && given.jsonrpc === '2.0' && !('id' in given && given.id === null)
