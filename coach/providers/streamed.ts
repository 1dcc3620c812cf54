import { isRecord, jsonOrNull } from '../../model/json.ts'
/**
 * `fetch` for streamed answers. An answer with status 200 that is no stream (an error as JSON, a page of a proxy or a captive portal) would look like
 * a stream without events: it is turned into an error instead.
 */
export const fetchStreamed: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  const wanted = typeof init?.body === 'string' && /"stream"\s*:\s*true/.test(init.body)
  const type = response.headers.get('content-type') ?? ''
  // Some servers stream as text/plain; an answer without a content type is accepted.
  if (!wanted || !response.ok || !/json|html|xml/i.test(type) || /ndjson|event-stream/i.test(type)) return response
  const text = (await response.text()).slice(0, 20_000)
  throw new Error(errorWithin(text) ?? `answered ${type.split(';')[0]} instead of a stream: ${titleOf(text) ?? text.slice(0, 120)}`)
}

function errorWithin(text: string): string | null {
  const answer = jsonOrNull(text)
  if (!isRecord(answer)) return null
  const { error, message, detail } = answer
  const told = [error, isRecord(error) ? error['message'] : undefined, message, detail].find((each) => typeof each === 'string')
  return told === undefined ? null : `an error within a 200: ${told}`
}

const titleOf = (text: string): string | null => /<title>\s*([^<]+?)\s*<\/title>/i.exec(text)?.[1] ?? null
