import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { ErrorCode, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { jsonOrNull } from '../../model/json.ts'

const issues = z.array(z.object({ path: z.array(z.union([z.string(), z.number()])), message: z.string() })).min(1)

/**
 * The SDK tells a request that does not fit its schema as a failure of the server, with the validator's output for a message. It is the client's
 * (`-32602`), and said in words: which part, and what is wrong with it.
 */
export function clearer(message: JSONRPCMessage): JSONRPCMessage {
  if (!('error' in message) || message.error.code !== ErrorCode.InternalError) return message
  const found = issues.safeParse(jsonOrNull(message.error.message))
  if (!found.success) return message
  const told = found.data.map(({ path, message: wrong }) => `${path.join('.') || 'the message'}: ${wrong.replace(/^Invalid input: /, '')}`)
  return { ...message, error: { code: ErrorCode.InvalidParams, message: told.join('; ') } }
}

/** Every answer that goes over it is made clearer. */
export function clearly<Way extends Transport>(transport: Way): Way {
  const send = transport.send.bind(transport)
  transport.send = (message, options) => send(clearer(message), options)
  return transport
}
