import { appendFileSync, chmodSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { FileFollower, type LogPiece, type LogSource } from './follow-files.ts'

/** Size at which a copy begins again, like a rotated log, in bytes. */
const longestCopy = 16 * 1024 * 1024
export const lookEveryMs = 300

/** A source of logs: delivers existing and new data, until it is stopped. */
export type LogInput = (take: (piece: LogPiece) => void) => { stop(): void }

/** The logs of this host. */
export const filesHere =
  (sources: readonly LogSource[]): LogInput =>
  (take) => {
    const follower = new FileFollower(sources)
    const look = () => {
      for (const piece of follower.read()) take(piece)
    }
    look()
    const timer = setInterval(look, lookEveryMs)
    timer.unref()
    return { stop: () => clearInterval(timer) }
  }

/**
 * The shop's logs as files for terminals. They are copies that follow the originals: the logs themselves are readable only by the range's own user,
 * and no change to a copy, or a link in its place, affects them.
 */
export class LogView {
  readonly folder: string
  readonly #inputs: readonly LogInput[]
  #running: { stop(): void }[] = []

  constructor(folder: string, inputs: readonly LogInput[]) {
    this.folder = folder
    this.#inputs = inputs
  }

  /** Follows from now on, until it is stopped. */
  start(): void {
    if (this.#running.length > 0) return
    mkdirSync(this.folder, { recursive: true })
    chmodSync(this.folder, 0o755)
    this.#running = this.#inputs.map((input) => input((piece) => this.#take(piece)))
  }

  stop(): void {
    for (const input of this.#running) input.stop()
    this.#running = []
    rmSync(this.folder, { recursive: true, force: true })
  }

  #take({ service, fresh, bytes }: LogPiece): void {
    const copy = path.join(this.folder, `${service}.log`)
    try {
      if (fresh) {
        writeFileSync(copy, '', { mode: 0o644 })
        // Whatever the umask.
        chmodSync(copy, 0o644)
      } else if (statSync(copy).size > longestCopy) truncateSync(copy)
      appendFileSync(copy, bytes)
    } catch {
      // A full disk does not prevent a terminal; the log itself is not affected.
    }
  }
}
