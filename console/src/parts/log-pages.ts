import type { LogLine } from '../../../model/telemetry.ts'

/** Pages of lines, newest first, as one list. A page begins with the second in which the previous one ended: lines in both are listed once. */
export function joined(pages: readonly (readonly LogLine[])[]): LogLine[] {
  const [first = [], ...others] = pages
  const all = [...first]
  for (const page of others) {
    const end = all.at(-1)?.timeMs ?? Infinity
    const known = new Set(all.slice(-page.length).flatMap((line) => (line.timeMs === end ? [JSON.stringify(line)] : [])))
    for (const line of page) if (line.timeMs < end || (line.timeMs === end && !known.has(JSON.stringify(line)))) all.push(line)
  }
  return all
}
