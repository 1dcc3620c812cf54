/**
 * The first code in every bundle: makes stack traces name the sources' lines. Node would read its own source maps at startup and keep them in memory;
 * this reads a table of lines only when a trace is printed.
 */
import { fileURLToPath } from 'node:url'
import { readLines, type Lines } from './lines.ts'

const known = new Map<string, Lines | null>()

function linesOf(file: string): Lines | null {
  let lines = known.get(file)
  if (lines === undefined) known.set(file, (lines = readLines(file)))
  return lines
}

/** A stack frame with its file and line in the source. */
const placed = (frame: string): string =>
  frame.replace(/(file:\/\/[^\s()]+?):(\d+):\d+/, (whole, url: string, line: string) => {
    const lines = linesOf(fileURLToPath(url))
    const at = 2 * (Number(line) - 1)
    const source = lines?.sources[lines.table[at] ?? -1]
    return source === undefined ? whole : `${source}:${lines?.table[at + 1]}`
  })

function headline(error: Error): string {
  try {
    return Error.prototype.toString.call(error)
  } catch {
    return '<error>'
  }
}

/** Makes traces of bundles in a folder, given by its URL, name the sources. */
export function traceSources(folder: string): void {
  Error.prepareStackTrace = (error, frames) =>
    [headline(error), ...frames.map(String).map((frame) => `    at ${frame.includes(folder) ? placed(frame) : frame}`)].join('\n')
}
