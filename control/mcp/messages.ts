/** The last version of the protocol that has batches; a request without a version counts as this one. */
const lastWithBatches = '2025-03-26'
const mostInABatch = 100

/** A refusal in JSON-RPC's form, without a message id. */
interface Refusal {
  jsonrpc: '2.0'
  id: null
  error: { code: number; message: string }
}
/** An error by JSON-RPC, by its code, of a request that has no id that could be told. */
export const refusal = (code: -32_700 | -32_600 | -32_000, message: string): Refusal => ({
  jsonrpc: '2.0',
  id: null,
  error: { code, message },
})

/**
 * What to pass on from a request's body: one message, several, or none if there is nothing to do. Batches are accepted if the version of the protocol
 * has them. A call that is cancelled by its own batch is never made: otherwise neither the call nor the request would ever be answered.
 */
export function messagesIn(body: unknown, version: string | undefined): { messages: unknown } | { done: true } | { refused: Refusal } {
  const refuse = (message: string) => ({ refused: refusal(-32_600, message) })
  if (!Array.isArray(body)) return { messages: asMeant(body) }
  if (version !== undefined && version > lastWithBatches)
    return refuse(`version ${version} of the protocol has no batches: send each message by itself`)
  if (body.length === 0) return refuse('an empty batch')
  if (body.length > mostInABatch) return refuse(`a batch of ${body.length} messages: at most ${mostInABatch}`)
  // Safe: only inspected.
  const batch = body as Message[]
  const ids = batch.flatMap((message) => (isCall(message) ? [message.id] : []))
  if (new Set(ids).size < ids.length) return refuse('two calls of a batch have the same id')
  const cancelled = new Set(
    batch.flatMap((message) => (message?.method === 'notifications/cancelled' ? [message.params?.['requestId']] : [])),
  )
  const left = batch.filter(
    (message) =>
      !(isCall(message) && cancelled.has(message.id)) &&
      !(message?.method === 'notifications/cancelled' && ids.includes(message.params?.['requestId'])),
  )
  return left.length === 0 ? { done: true } : { messages: left.map(asMeant) }
}

type Message = { id?: unknown; method?: unknown; params?: Record<string, unknown> | null } | null | undefined

const isCall = (message: Message): message is { id: unknown; method: unknown } =>
  message?.id !== undefined && message.id !== null && message.method !== undefined

/** The key for arguments that are not an object: the tool explains what they should be, not JSON-RPC. */
export const loose = 'arguments as given'

/** A message without empty values: `null` for something optional, and missing arguments. */
function asMeant(given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given
  const message = given as Message & object
  const { params, ...rest } = message
  if (params === undefined || params === null || Array.isArray(params)) return rest
  if (typeof params !== 'object') return given
  const kept = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== null))
  if (kept['cursor'] === '') delete kept['cursor']
  if (message.method !== 'tools/call') return { ...rest, params: kept }
  const args = kept['arguments'] ?? {}
  const isObject = typeof args === 'object' && !Array.isArray(args)
  return { ...rest, params: { ...kept, arguments: isObject ? args : { [loose]: args } } }
}
