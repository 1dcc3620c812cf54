import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { z } from 'zod'
import { logRow } from '../otlp/rows.ts'
import type { Intake } from '../intake.ts'
import { parsers } from './parsers.ts'

export const logSources = z.array(
  z.object({
    service: z.string(),
    file: z.string(),
    format: z.enum(['envoy', 'pino', 'postgres', 'redis', 'rabbitmq', 'logfmt', 'plain']),
  }),
)
export type LogSource = z.infer<typeof logSources>[number]

const chunkBytes = 256 * 1024

/** Where reading goes on, for a file as it was then: another inode or a shorter file is read from its start. */
interface Position {
  inode: number
  offset: number
}

/**
 * Follows log files into the store, as the Collector's filelog receiver does. What has been read is remembered on disk, so that a
 * restart neither loses nor repeats more than the last chunk.
 */
export function followLogs(sources: LogSource[], intake: Pick<Intake, 'offer'>, checkpointFile: string): { stop(): Promise<void> } {
  const positions = new Map<string, Position>(
    existsSync(checkpointFile) ? Object.entries(JSON.parse(readFileSync(checkpointFile, 'utf8')) as Record<string, Position>) : [],
  )
  const buffer = Buffer.allocUnsafe(chunkBytes)
  let stopped = false
  let dirty = false

  /** Reads what is new, one chunk; true when there is more. */
  async function readOnce(source: LogSource): Promise<boolean> {
    const info = await stat(source.file).catch(() => null)
    if (!info) return false
    let position = positions.get(source.file)
    if (!position || position.inode !== info.ino || position.offset > info.size) position = { inode: info.ino, offset: 0 }
    if (position.offset === info.size) return false
    const handle = await open(source.file)
    try {
      const { bytesRead } = await handle.read(buffer, 0, chunkBytes, position.offset)
      const lastBreak = buffer.subarray(0, bytesRead).lastIndexOf(0x0a)
      // A line without an end is still being written, unless it fills the chunk by itself.
      const used = lastBreak >= 0 ? lastBreak + 1 : bytesRead === chunkBytes ? bytesRead : 0
      if (used === 0) return false
      const lines = buffer.toString('utf8', 0, used).split('\n')
      const rows = lines.flatMap((line) => (line === '' ? [] : (parsers[source.format](line, source.service) ?? [])))
      // No room: the file keeps the lines until there is.
      if (!intake.offer('otel_logs', rows.map(logRow))) return false
      positions.set(source.file, { inode: info.ino, offset: position.offset + used })
      dirty = true
      return used === chunkBytes
    } finally {
      await handle.close()
    }
  }

  function checkpoint(): void {
    if (!dirty) return
    dirty = false
    writeFileSync(`${checkpointFile}.tmp`, JSON.stringify(Object.fromEntries(positions)))
    renameSync(`${checkpointFile}.tmp`, checkpointFile)
  }

  async function run(): Promise<void> {
    while (!stopped) {
      for (const source of sources) {
        while (!stopped && (await readOnce(source).catch(() => false)));
      }
      checkpoint()
      await new Promise((resolve) => setTimeout(resolve, 400))
    }
  }
  const running = run()
  return {
    async stop() {
      stopped = true
      await running
      checkpoint()
    },
  }
}
