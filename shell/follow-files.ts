import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'

export interface LogSource {
  service: string
  file: string
}

/** A piece of a log, in order. */
export interface LogPiece {
  service: string
  /** Whether it begins the log: what came before belongs to another file. */
  fresh: boolean
  bytes: Buffer
}

/** Maximum number of bytes that are read from before the start, and at a time. */
const mostAtOnce = 1024 * 1024

interface Followed {
  source: LogSource
  /** The file's inode: a file with another one is read from its beginning. */
  inode: number
  at: number
}

/** Follows what is written to files, piece by piece. */
export class FileFollower {
  readonly #followed: Followed[]

  constructor(sources: readonly LogSource[]) {
    this.#followed = sources.map((source) => ({ source, inode: 0, at: 0 }))
  }

  /** What was written since the last call; of each file at most a certain amount. */
  *read(): Iterable<LogPiece> {
    for (const followed of this.#followed) {
      let piece: LogPiece | null = null
      try {
        piece = next(followed)
      } catch {
        // A log that is being replaced is read the next time.
      }
      if (piece) yield piece
    }
  }
}

function next(followed: Followed): LogPiece | null {
  const { file, service } = followed.source
  if (!existsSync(file)) return null
  const from = openSync(file, 'r')
  try {
    const { ino, size } = fstatSync(from)
    const fresh = ino !== followed.inode || size < followed.at
    if (fresh) {
      const at = Math.max(0, size - mostAtOnce)
      Object.assign(followed, { inode: ino, at: at === 0 ? 0 : lineAfter(from, at) })
    }
    if (size <= followed.at) return fresh ? { service, fresh, bytes: Buffer.alloc(0) } : null
    const bytes = Buffer.allocUnsafe(Math.min(size - followed.at, mostAtOnce))
    const got = readSync(from, bytes, 0, bytes.length, followed.at)
    followed.at += got
    return { service, fresh, bytes: bytes.subarray(0, got) }
  } finally {
    closeSync(from)
  }
}

/** The start of the next line. */
function lineAfter(file: number, at: number): number {
  const bytes = Buffer.allocUnsafe(64 * 1024)
  const got = readSync(file, bytes, 0, bytes.length, at)
  const end = bytes.subarray(0, got).indexOf(10)
  return end < 0 ? at : at + end + 1
}
