import { formatMicroseconds } from '../../lib/format.ts'
import type { Share } from './shares.ts'

export interface Compared {
  key: string
  here: Share | undefined
  there: Share | undefined
}

/** Both traces by operation, the largest difference first. */
export function pair(own: readonly Share[], theirs: readonly Share[]): Compared[] {
  const keyOf = ({ service, name }: Share) => `${service} ${name}`
  const [here, there] = [new Map(own.map((share) => [keyOf(share), share])), new Map(theirs.map((share) => [keyOf(share), share]))]
  return [...new Set([...here.keys(), ...there.keys()])]
    .map((key) => ({ key, here: here.get(key), there: there.get(key) }))
    .toSorted((a, b) => Math.abs(differenceUs(b)) - Math.abs(differenceUs(a)))
}

/** How much more own time than in the other trace, in microseconds; less is negative. */
const differenceUs = ({ here, there }: Pick<Compared, 'here' | 'there'>): number => (here?.selfUs ?? 0) - (there?.selfUs ?? 0)

/** Smaller differences are normal between requests, in microseconds. */
const alikeUs = 1_000

/** What is new, missing, more or longer than in the other; null if they are alike. */
export function differenceOf({ here, there }: Pick<Compared, 'here' | 'there'>): { text: string; worse: boolean } | null {
  const us = differenceUs({ here, there })
  if (!there) return { text: `new: ${formatMicroseconds(us)}`, worse: true }
  if (!here) return { text: 'only in the other trace', worse: false }
  const spans = here.spans - there.spans
  if (spans === 0 && Math.abs(us) < alikeUs) return null
  const words = [
    ...(spans === 0 ? [] : [`${Math.abs(spans)} ${spans > 0 ? 'more' : 'fewer'} ${Math.abs(spans) === 1 ? 'span' : 'spans'}`]),
    ...(Math.abs(us) < alikeUs ? [] : [`${formatMicroseconds(Math.abs(us))} ${us > 0 ? 'longer' : 'shorter'}`]),
  ]
  return { text: words.join(', '), worse: us > 0 || spans > 0 }
}
