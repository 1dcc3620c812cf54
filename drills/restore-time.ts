import { FiredrillError } from '../model/errors.ts'

const onDay = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,6})?))?$/
const complete = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(Z| UTC| GMT|[+-]\d{2}(?::?\d{2})?)?$/
const dayMs = 86_400_000
/** A time of day that is further ahead than this means yesterday's. */
const aheadMs = 60_000

/**
 * Parses a time to ISO 8601 in UTC: `14:03:27`, a time within the last 24 hours, or date and time as in a log (`2026-11-30 14:03:27.512 UTC`).
 * Without a zone it is UTC. Throws `bad-request` for an invalid time.
 */
export function restoreTime(text: string, now: number): string {
  const given = text.trim()
  const [, hours, minutes, seconds = '00'] = onDay.exec(given) ?? []
  if (hours !== undefined) {
    const today = new Date(now).toISOString().slice(0, 10)
    const at = momentOf(`${today}T${hours.padStart(2, '0')}:${minutes}:${seconds}Z`)
    if (at !== null) return new Date(at > now + aheadMs ? at - dayMs : at).toISOString()
  }
  const [, zone] = complete.exec(given) ?? [null, null]
  if (zone !== null) {
    const bare = zone === undefined ? given : given.slice(0, -zone.length)
    const offset = zone === undefined || zone.startsWith(' ') ? 'Z' : /^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone
    const at = momentOf(`${bare.replace(' ', 'T')}${offset}`)
    if (at !== null) return new Date(at).toISOString()
  }
  throw new FiredrillError('bad-request', `'${text}' is not a time: write 14:03:27, or 2026-11-30T14:03:27Z (both are UTC)`)
}

function momentOf(iso: string): number | null {
  const at = Date.parse(iso)
  return Number.isNaN(at) ? null : at
}
