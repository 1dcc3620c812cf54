import { FiredrillError } from './errors.ts'

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const
type Unit = keyof typeof unitMs

/** Longer texts are refused unread: nobody writes one, and a crafted one would take long to match. */
const longest = 40

/** Parses `90s`, `5m`, `1h30m`, `1.5h` or `250ms` into milliseconds. Throws `bad-request` on anything else. */
export function parseDurationMs(text: string): number {
  const ms = durationMsIn(text)
  if (ms === null) throw new FiredrillError('bad-request', durationProblem(text).replace(/^is /, `'${text}' is `))
  return ms
}

/** A duration in milliseconds; null if the text is not one. */
export function durationMsIn(text: string): number | null {
  if (text.length > longest || !/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return null
  const ms = [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)].reduce((sum, [, amount, unit]) => sum + Number(amount) * unitMs[unit as Unit], 0)
  return Math.round(ms * 1_000) / 1_000
}

const example = 'write it as 90s, 5m or 1h30m'

/** What is wrong with a text that should be a duration, and how to write what was probably meant. */
export function durationProblem(given: unknown): string {
  if (typeof given === 'number') return `${given} has no unit: write it as ${given}s, if seconds are meant`
  if (given === undefined) return `is missing: ${example}`
  if (given === null) return `is empty: ${example}`
  if (typeof given !== 'string') return `is not a duration: ${example}`
  const short = given.length > longest ? `${given.slice(0, longest)}…` : given
  if (given.trim() === '') return `is empty: ${example}`
  const meant = probableDuration(given)
  if (/^[“”„‘’«»]/.test(given)) return `'${short}' has typographic quotes: write ${meant ?? 'it'} without, or between ' and '`
  if (/^\s*[-−–]/.test(given)) return `'${short}' is negative: ${example}`
  if (/^\d+(\.\d+)?$/.test(given)) return `'${short}' has no unit: write it as ${given}s, if seconds are meant`
  return `'${short}' is not a duration: ${meant ? `write it as ${meant}` : example}`
}

const words: readonly (readonly [RegExp, string])[] = [
  [/^(ms|msecs?|millis|milliseconds?)$/, 'ms'],
  [/^(s|secs?|seconds?)$/, 's'],
  [/^(m|mins?|minutes?)$/, 'm'],
  [/^(h|hrs?|hours?)$/, 'h'],
]

/** The right notation for `20 min`, `2h 45m`, `1,5 h`, `PT5M` or `1 day`; null if the meaning is not clear. */
export function probableDuration(given: string): string | null {
  if (given.length > longest) return null
  const text = given
    .toLowerCase()
    .replace(/^[“”„‘’«»"']+|[“”„‘’«»"'.]+$/g, '')
    .replace(/^pt(?=\d)/, '')
    .replaceAll(/(\d),(\d)/g, '$1.$2')
    .replaceAll(/,|\band\b/g, ' ')
    .trim()
  if (!/^(\d+(\.\d+)?\s*\p{L}+\s*)+$/u.test(text)) return null
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(\p{L}+)/gu)].map(([, amount = '', word = '']) => {
    if (/^(d|days?)$/.test(word)) return `${Number(amount) * 24}h`
    const unit = words.find(([known]) => known.test(word))?.[1]
    return unit === undefined ? null : `${amount}${unit}`
  })
  const meant = parts.join('')
  return parts.includes(null) || durationMsIn(meant) === null ? null : meant
}

/** Writes milliseconds as a stopwatch does: `1:05`. Negative times are shown as 0. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** Writes milliseconds for people: `850 ms`, `12.4 s`, `3 min 05 s`. */
export function formatDurationMs(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
}
