import { jsonOrNull } from '../../../model/json.ts'

/** An event of a recording: output, or a new window size, and when. */
interface CastEvent {
  /** Seconds since its start, with long pauses shortened. */
  at: number
  kind: 'o' | 'r'
  text: string
}

export interface Cast {
  cols: number
  rows: number
  /** Seconds. */
  length: number
  events: CastEvent[]
}

/** Longest pause that is shown, in seconds. */
const longestPause = 2

/** Parses an asciicast of version 2. Throws if it is invalid. */
export function readCast(text: string): Cast {
  const [first = '', ...lines] = text.split('\n')
  // Safe: each part is checked before it is used.
  const header = JSON.parse(first) as { version?: unknown; width?: unknown; height?: unknown }
  if (header.version !== 2) throw new Error('this is not an asciicast of version 2')
  let [before, now] = [0, 0]
  const events = lines.flatMap((line): CastEvent[] => {
    // The last line may be incomplete if the range was killed.
    const event = parsed(line)
    if (event === null) return []
    const [at, kind, written] = event
    now += Math.min(Math.max(0, at - before), longestPause)
    before = at
    return [{ at: now, kind, text: written }]
  })
  return { cols: Number(header.width) || 80, rows: Number(header.height) || 24, length: now, events }
}

function parsed(line: string): [at: number, kind: 'o' | 'r', text: string] | null {
  const event = jsonOrNull(line)
  if (!Array.isArray(event)) return null
  const [at, kind, text] = event as unknown[]
  return typeof at === 'number' && (kind === 'o' || kind === 'r') && typeof text === 'string' ? [at, kind, text] : null
}
