import { isRecord, jsonOrNull } from '../../model/json.ts'
/**
 * `fetch` for answers that are to be a stream. What comes with a 200 and is none (an error as JSON, a page of a proxy or a captive portal)
 * would be read as a stream without events: it is told instead.
 */
export const fetchStreamed: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  const wanted = typeof init?.body === 'string' && /"stream"\s*:\s*true/.test(init.body)
  const type = response.headers.get('content-type') ?? ''
  // Some servers stream as text/plain; those that name nothing are given the benefit of the doubt.
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
