/**
 * First in every bundle: stack traces name the lines of the sources. Node's own source maps would be read when the program starts and kept; this
 * looks into a table of lines when a trace is printed, and costs nothing until then.
 */
import { fileURLToPath } from 'node:url'
import { readLines, type Lines } from './lines.ts'

const known = new Map<string, Lines | null>()

function linesOf(file: string): Lines | null {
  let lines = known.get(file)
  if (lines === undefined) known.set(file, (lines = readLines(file)))
  return lines
}

/** A frame of a trace with the file and line that it had in the source. */
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

/** Has the traces of what is in a folder of bundles, by its URL, name sources. */
export function traceSources(folder: string): void {
  Error.prepareStackTrace = (error, frames) =>
    [headline(error), ...frames.map(String).map((frame) => `    at ${frame.includes(folder) ? placed(frame) : frame}`)].join('\n')
}
