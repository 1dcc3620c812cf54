/** Describes what was left out of an answer: `7 of 500 in logs`. */
type LeftOut = string

/**
 * Shortens a value so that its JSON has at most this many characters: long lists keep their first items, each whole if it fits, and texts their
 * beginning. Small members are unchanged, so the answer keeps its structure and remains JSON.
 */
export function fitted(value: unknown, most: number): { value: unknown; leftOut: LeftOut[] } {
  const leftOut: LeftOut[] = []
  return { value: fit(value, most, '', leftOut), leftOut }
}

const sizeOf = (value: unknown): number => JSON.stringify(value)?.length ?? 4

function fit(value: unknown, most: number, at: string, leftOut: LeftOut[]): unknown {
  if (sizeOf(value) <= most) return value
  if (typeof value === 'string') return beginning(value, most)
  if (Array.isArray(value)) return fitList(value, most, at, leftOut)
  if (typeof value === 'object' && value !== null) return fitObject(value, most, at, leftOut)
  return value
}

function fitList(list: unknown[], most: number, at: string, leftOut: LeftOut[]): unknown[] {
  const kept: unknown[] = []
  let room = most - 2
  for (const item of list) {
    const size = sizeOf(item) + 1
    if (size > room) {
      // An item that is too long for the whole list is shortened itself; otherwise an item that does not fit is left out.
      if (kept.length === 0 && room > 40) kept.push(fit(item, room, at, leftOut))
      break
    }
    kept.push(item)
    room -= size
  }
  if (kept.length < list.length) leftOut.push(`${kept.length} of ${list.length} in ${at || 'the list'}`)
  return kept
}

/** Small members are unchanged; the others share what is left. */
function fitObject(value: object, most: number, at: string, leftOut: LeftOut[]): object {
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  const sizes = new Map(members.map(([key, member]) => [key, JSON.stringify(key).length + sizeOf(member) + 2]))
  let room = most - 2
  const given = new Map<string, unknown>()
  const bySize = members.toSorted(([a], [b]) => (sizes.get(a) ?? 0) - (sizes.get(b) ?? 0))
  for (const [index, [key, member]] of bySize.entries()) {
    const share = Math.floor(room / (bySize.length - index))
    const size = sizes.get(key) ?? 0
    const name = at ? `${at}.${key}` : key
    if (size <= share) given.set(key, member)
    else if (share < 40) leftOut.push(name)
    else given.set(key, fit(member, share - JSON.stringify(key).length - 2, name, leftOut))
    if (given.has(key)) room -= JSON.stringify(key).length + sizeOf(given.get(key)) + 2
  }
  // In the original order.
  return Object.fromEntries(members.flatMap(([key]) => (given.has(key) ? [[key, given.get(key)]] : [])))
}

/** As much of a text as fits as JSON, without splitting a surrogate pair. */
function beginning(text: string, most: number): string {
  let end = Math.max(0, Math.min(text.length, most - 3))
  // Escapes take more room than their characters.
  while (end > 0 && sizeOf(text.slice(0, end)) > most - 1) end = Math.floor(end * 0.9)
  const half = end > 0 && /[\uD800-\uDBFF]/.test(text[end - 1] ?? '')
  return `${text.slice(0, half ? end - 1 : end)}…`
}
