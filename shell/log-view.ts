import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'

export interface LogSource {
  service: string
  file: string
}

/** Of what was written before somebody looks, and in one go, in bytes. */
const mostAtOnce = 1024 * 1024
/** Where a copy begins anew, as a log that is rotated does. */
const longestCopy = 16 * 1024 * 1024
const everyMs = 300

interface Copy {
  source: LogSource
  /** Of the file that is copied: another one in its place is copied from its beginning. */
  inode: number
  at: number
}

/**
 * The shop's logs as files for those who have a terminal. They are copies, which follow as the logs are written: the logs themselves are readable by
 * nobody but the range's own user, and nothing that is done to a copy, or by a link in its place, reaches them.
 */
export class LogView {
  readonly folder: string
  readonly #copies: Copy[]
  #timer: NodeJS.Timeout | undefined

  constructor(folder: string, sources: readonly LogSource[]) {
    this.folder = folder
    this.#copies = sources.map((source) => ({ source, inode: 0, at: 0 }))
  }

  /** From now on, until it is stopped. */
  start(): void {
    if (this.#timer) return
    mkdirSync(this.folder, { recursive: true })
    chmodSync(this.folder, 0o755)
    this.follow()
    this.#timer = setInterval(() => this.follow(), everyMs)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    for (const copy of this.#copies) Object.assign(copy, { inode: 0, at: 0 })
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Copies what was written since. */
  follow(): void {
    for (const copy of this.#copies) {
      try {
        this.#bring(copy)
      } catch {
        // A log that is being replaced is there next time.
      }
    }
  }

  #bring(copy: Copy): void {
    const { file, service } = copy.source
    if (!existsSync(file)) return
    const from = openSync(file, 'r')
    try {
      const { ino, size } = fstatSync(from)
      const target = path.join(this.folder, `${service}.log`)
      if (ino !== copy.inode || size < copy.at) {
        const at = Math.max(0, size - mostAtOnce)
        Object.assign(copy, { inode: ino, at: at === 0 ? 0 : lineAfter(from, at) })
        writeFileSync(target, '', { mode: 0o644 })
        // Whatever the umask.
        chmodSync(target, 0o644)
      }
      if (size <= copy.at) return
      if (statSync(target).size > longestCopy) truncateSync(target)
      const bytes = Buffer.allocUnsafe(Math.min(size - copy.at, mostAtOnce))
      const got = readSync(from, bytes, 0, bytes.length, copy.at)
      const to = openSync(target, 'a')
      try {
        writeSync(to, bytes, 0, got)
      } finally {
        closeSync(to)
      }
      copy.at += got
    } finally {
      closeSync(from)
    }
  }
}

/** Where the next line begins. */
function lineAfter(file: number, at: number): number {
  const bytes = Buffer.allocUnsafe(64 * 1024)
  const got = readSync(file, bytes, 0, bytes.length, at)
  const end = bytes.subarray(0, got).indexOf(10)
  return end < 0 ? at : at + end + 1
}
