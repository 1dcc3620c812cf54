import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'

export interface LogSource {
  service: string
  file: string
}

/** Of a log, in the order in which it was written. */
export interface LogPiece {
  service: string
  /** The log begins with it: what was there before is of another file. */
  fresh: boolean
  bytes: Buffer
}

/** Of what was written before somebody looks, and in one go, in bytes. */
const mostAtOnce = 1024 * 1024

interface Followed {
  source: LogSource
  /** Of the file: another one in its place is read from its beginning. */
  inode: number
  at: number
}

/** What is written to files, piece by piece. */
export class FileFollower {
  readonly #followed: Followed[]

  constructor(sources: readonly LogSource[]) {
    this.#followed = sources.map((source) => ({ source, inode: 0, at: 0 }))
  }

  /** What was written since it was asked last; of each file so much at most. */
  *read(): Iterable<LogPiece> {
    for (const followed of this.#followed) {
      let piece: LogPiece | null = null
      try {
        piece = next(followed)
      } catch {
        // A log that is being replaced is there next time.
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

/** Where the next line begins. */
function lineAfter(file: number, at: number): number {
  const bytes = Buffer.allocUnsafe(64 * 1024)
  const got = readSync(file, bytes, 0, bytes.length, at)
  const end = bytes.subarray(0, got).indexOf(10)
  return end < 0 ? at : at + end + 1
}
