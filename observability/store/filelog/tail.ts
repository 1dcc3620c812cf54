import { closeSync, existsSync, openSync, readFileSync, readSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { describeError } from '../../../model/errors.ts'
import type { LogEntry } from '../otlp/logs.ts'
import { parseLine } from './parsers.ts'

export const logSources = z.array(
  z.object({
    service: z.string(),
    file: z.string(),
    format: z.enum(['envoy', 'pino', 'postgres', 'redis', 'rabbitmq', 'logfmt', 'plain']),
  }),
)
type LogSource = z.infer<typeof logSources>[number]

/** Accepts all lines, or none if there is no room for them now. */
export interface LogSink {
  offer(entries: readonly LogEntry[]): boolean
}

const chunkBytes = 256 * 1024
const lookEveryMs = 1_000
/** Chunks of all files in one poll, in addition to the first of each: between polls, other work runs. */
const chunksAtOnce = 8

/** Where reading continues, for this file: one with another inode, or a shorter one, is read from its start. */
const position = z.object({
  inode: z.number(),
  offset: z.number(),
  /** Within a line that is longer than a chunk: the rest is not parsed as a line of its format. */
  isWithinLine: z.boolean().optional(),
})
type Position = z.output<typeof position>
const checkpointed = z.record(z.string(), position)

/**
 * Follows log files, like the Collector's filelog receiver. Positions are stored on disk, so that a restart neither loses nor repeats more than the
 * last chunk. Files are polled: checking the size of thirty files twice a second costs far less than a notification for each line.
 */
export function followLogs(sources: LogSource[], sink: LogSink, checkpointFile: string): { stop(): void } {
  const positions = new Map<string, Position>(existsSync(checkpointFile) ? Object.entries(checkpointIn(checkpointFile)) : [])
  const buffer = Buffer.allocUnsafe(chunkBytes)
  let dirty = false

  /** Reads new data, one chunk; returns true if there is more. */
  function readOnce(source: LogSource): boolean {
    const info = statSync(source.file, { throwIfNoEntry: false })
    if (!info) return false
    let position = positions.get(source.file)
    if (!position || position.inode !== info.ino || position.offset > info.size) position = { inode: info.ino, offset: 0 }
    if (position.offset === info.size) return false
    const fd = openSync(source.file, 'r')
    try {
      const bytesRead = readSync(fd, buffer, 0, chunkBytes, position.offset)
      const lastBreak = buffer.subarray(0, bytesRead).lastIndexOf(0x0a)
      // An incomplete line is still being written, unless it fills the chunk: then it is read in parts.
      const isPart = lastBreak < 0 && bytesRead === chunkBytes
      const used = isPart ? wholeCharacters(buffer.subarray(0, bytesRead)) : lastBreak + 1
      if (used === 0) return false
      const lines = buffer.toString('utf8', 0, used).split('\n')
      const { isWithinLine = false } = position
      const entries = lines.flatMap((line, index) => {
        if (line === '') return []
        const format = isPart || (isWithinLine && index === 0) ? 'plain' : source.format
        return parseLine(format, line, source.service) ?? []
      })
      // No room: the lines stay in the file until there is.
      if (entries.length > 0 && !sink.offer(entries)) return false
      positions.set(source.file, { inode: info.ino, offset: position.offset + used, ...(isPart ? { isWithinLine: true } : {}) })
      dirty = true
      return bytesRead === chunkBytes
    } finally {
      closeSync(fd)
    }
  }

  function checkpoint(): void {
    if (!dirty) return
    dirty = false
    writeFileSync(`${checkpointFile}.tmp`, JSON.stringify(Object.fromEntries(positions)))
    renameSync(`${checkpointFile}.tmp`, checkpointFile)
  }

  function look(): void {
    let left = chunksAtOnce
    for (const source of sources) {
      try {
        while (readOnce(source) && left > 0) left--
      } catch (error) {
        // A file that cannot be read now, such as one being replaced, is read later.
        process.stderr.write(`log of ${source.service}: ${describeError(error)}\n`)
      }
    }
    try {
      checkpoint()
    } catch (error) {
      process.stderr.write(`positions in logs: ${describeError(error)}\n`)
    }
  }

  const timer = setInterval(look, lookEveryMs)
  return {
    stop() {
      clearInterval(timer)
      look()
    },
  }
}

/** The number of bytes before the last character, if that is incomplete. */
function wholeCharacters(bytes: Buffer): number {
  let at = bytes.length - 1
  while (at > bytes.length - 4 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at--
  const lead = bytes[at] ?? 0
  const needed = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1
  return at + needed > bytes.length ? at : bytes.length
}

/** Empty if it cannot be read: then each file is read from its start. */
function checkpointIn(file: string): Record<string, Position> {
  try {
    return checkpointed.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return {}
  }
}
