import { createWriteStream, existsSync, mkdirSync, readFileSync, readdirSync, type WriteStream } from 'node:fs'
import path from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { z } from 'zod'
import { jsonOrNull } from '../model/json.ts'
import type { Window } from './window.ts'

/** Maximum size of one session's recording; nobody watches a flood again. */
const mostBytes = 4 * 1024 * 1024
/** Maximum number of sessions in one drill. */
const mostOfDrill = 40

/** The first line of a recording: asciicast, version 2 (https://docs.asciinema.org/manual/asciicast/v2/). */
const header = z.object({
  version: z.literal(2),
  width: z.number().int(),
  height: z.number().int(),
  /** Seconds since the epoch. */
  timestamp: z.number(),
  title: z.string(),
})

/** Records a terminal's output in a file that only the range's user can read. */
export class Recording {
  readonly #file: WriteStream
  readonly #decoder = new StringDecoder('utf8')
  /** In milliseconds; monotonic, whatever is done to the machine's clock. */
  readonly #clock: () => number
  readonly #startedAt: number
  #bytes = 0

  private constructor(file: string, window: Window, title: string, clock: () => number) {
    this.#clock = clock
    this.#startedAt = clock()
    this.#file = createWriteStream(file, { flags: 'wx', mode: 0o600 })
    // A full disk costs the recording, and not the session.
    this.#file.on('error', () => (this.#bytes = Number.POSITIVE_INFINITY))
    this.#line({ version: 2, width: window.cols, height: window.rows, timestamp: Date.now() / 1_000, title } satisfies z.output<
      typeof header
    >)
  }

  /** Null if a drill has more recordings than anybody will watch. @param title whose it is. */
  static start(folder: string, name: string, window: Window, title: string, clock = () => performance.now()): Recording | null {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (readdirSync(folder).length >= mostOfDrill) return null
    return new Recording(path.join(folder, `${name}.cast`), window, title, clock)
  }

  output(bytes: Buffer): void {
    if (this.#bytes > mostBytes) return
    this.#bytes += bytes.length
    const text = this.#decoder.write(bytes)
    if (text !== '') this.#event('o', text)
    if (this.#bytes > mostBytes) this.#event('o', '\r\n[the recording ends here: 4 MiB were printed]\r\n')
  }

  resized({ cols, rows }: Window): void {
    if (this.#bytes <= mostBytes) this.#event('r', `${cols}x${rows}`)
  }

  /** Resolves when all of it is written. */
  end(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#file.destroyed) return resolve()
      this.#file.once('close', resolve)
      this.#file.end()
    })
  }

  #event(kind: 'o' | 'r', text: string): void {
    this.#line([Math.round(this.#clock() - this.#startedAt) / 1_000, kind, text])
  }
  #line(value: unknown): void {
    this.#file.write(`${JSON.stringify(value)}\n`)
  }
}

/** A stored recording. */
interface Kept {
  id: string
  /** The owner of the terminal. */
  owner: string
  /** Milliseconds since the epoch. */
  startedAt: number
}

const nameOf = /^([\w-]{1,40})\.cast$/

/** The recordings in a folder, oldest first. Other files are left out. */
export function recordingsIn(folder: string): Kept[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .flatMap((file) => {
      const id = nameOf.exec(file)?.[1]
      if (id === undefined) return []
      const line = readFileSync(path.join(folder, file), 'utf8').split('\n', 1)[0] ?? ''
      const first = header.safeParse(jsonOrNull(line)).data
      return first ? [{ id, owner: first.title, startedAt: Math.round(first.timestamp * 1_000) }] : []
    })
    .toSorted((a, b) => a.startedAt - b.startedAt)
}

/** The asciicast itself; null if there is none with that name. */
export function readRecording(folder: string, id: string): string | null {
  const file = path.join(folder, `${id}.cast`)
  return nameOf.test(`${id}.cast`) && existsSync(file) ? readFileSync(file, 'utf8') : null
}
