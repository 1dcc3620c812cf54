import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { ErrorCode, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { jsonOrNull } from '../../model/json.ts'

const issues = z.array(z.object({ path: z.array(z.union([z.string(), z.number()])), message: z.string() })).min(1)

/**
 * The SDK reports a request that does not fit its schema as an internal error, with the validator's output as the message. This turns it into the
 * client's error (`-32602`), in words: which part is wrong, and why.
 */
export function clearer(message: JSONRPCMessage): JSONRPCMessage {
  if (!('error' in message) || message.error.code !== ErrorCode.InternalError) return message
  const found = issues.safeParse(jsonOrNull(message.error.message))
  if (!found.success) return message
  const told = found.data.map(({ path, message: wrong }) => `${path.join('.') || 'the message'}: ${wrong.replace(/^Invalid input: /, '')}`)
  return { ...message, error: { code: ErrorCode.InvalidParams, message: told.join('; ') } }
}

/** Rewrites every answer that is sent through the transport. */
export function clearly<Way extends Transport>(transport: Way): Way {
  const send = transport.send.bind(transport)
  transport.send = (message, options) => send(clearer(message), options)
  return transport
}
