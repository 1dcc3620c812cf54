import type { LucideIcon } from 'lucide-react'

export interface Entry {
  /** The text that is searched, and shown. */
  name: string
  hint?: string
  icon: LucideIcon
  to: string
}
export interface Group<Named extends Entry = Entry> {
  title: string
  entries: Named[]
  /** Always shown completely: a short list for browsing. */
  whole?: boolean
}

/** How many entries of a group are shown, without and with a query. Rendering more would take longer than typing one more letter. */
const shown = { browsed: 5, asked: 8 }

/** The matches, the best first, for groups and entries alike; and how many more there are. Without a query, the groups in order. */
export function matching<Named extends Entry>(groups: readonly Group<Named>[], asked: string): (Group<Named> & { more: number })[] {
  const scored = groups.map(({ title, entries, whole }) => {
    const found = ranked(entries, ({ name, hint, to }) => scoreOf(name, asked, [hint ?? '', title, to]))
    const few = whole ? found : found.slice(0, asked.trim() === '' ? shown.browsed : shown.asked)
    return { title, entries: few.map(({ item }) => item), more: found.length - few.length, best: found[0]?.score ?? 0 }
  })
  return scored
    .filter(({ entries }) => entries.length > 0)
    .toSorted((a, b) => b.best - a.best)
    .map(({ title, entries, more }) => ({ title, entries, more }))
}

/** Those with a score, the best first; equal ones in their original order. */
export const ranked = <Item>(items: readonly Item[], scoreOf: (item: Item) => number): { item: Item; score: number }[] =>
  items
    .map((item) => ({ item, score: scoreOf(item) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)

/** All words have to match; a prefix match comes first. Scattered letters would match too much. */
export function scoreOf(value: string, search: string, keywords: string[] = []): number {
  const [text, asked] = [[value, ...keywords].join(' ').toLowerCase(), search.trim().toLowerCase()]
  if (!asked.split(/\s+/).every((word) => text.includes(word))) return 0
  return text.startsWith(asked) ? 1 : text.includes(asked) ? 0.8 : 0.5
}
