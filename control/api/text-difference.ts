import { diffLines } from 'diff'
import type { DiffLine } from '../../model/mesh.ts'

/** With more changed lines than this, nobody reads a diff, and the time to find the shortest one grows with the square. */
const mostEdits = 400
const longestMs = 20

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))
const all = (kind: DiffLine['kind'], lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind, text }))

/**
 * The diff of two texts, line by line. For texts that have little in common, everything between the first and the last difference counts as replaced.
 */
export function textDifference(before: string, after: string): DiffLine[] {
  const found = diffLines(before, after, { maxEditLength: mostEdits, timeout: longestMs })
  if (found) return found.flatMap(({ value, added, removed }) => all(added ? 'added' : removed ? 'removed' : 'same', linesOf(value)))
  const [old, young] = [linesOf(before), linesOf(after)]
  const most = Math.min(old.length, young.length)
  let head = 0
  while (head < most && old[head] === young[head]) head++
  let tail = 0
  while (tail < most - head && old.at(-1 - tail) === young.at(-1 - tail)) tail++
  return [
    ...all('same', old.slice(0, head)),
    ...all('removed', old.slice(head, old.length - tail)),
    ...all('added', young.slice(head, young.length - tail)),
    ...all('same', old.slice(old.length - tail)),
  ]
}
