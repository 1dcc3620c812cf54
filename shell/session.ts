import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { IPty } from '@lydell/node-pty'
import type { Actor } from '../model/drill.ts'
import { errorCode } from '../model/errors.ts'
import { groupsRefused } from './prepare.ts'
import type { Recording } from './recording.ts'
import { Scrollback } from './scrollback.ts'
import { windowLimits, type Window } from './window.ts'

/** Bytes of output that no viewer has read yet, at which the program has to wait. */
const mostUnread = 384 * 1024
/** Bytes that a connection has not sent yet. */
const mostBuffered = 256 * 1024
/** Bytes in one message. */
const pieceBytes = 64 * 1024
/** Maximum output of a program, in bytes per second: more than anybody reads, and little work to pass on. */
const bytesPerSecond = 4 * 1024 * 1024
const refillMs = 50
/** Bytes of input that the program has not read yet. */
const mostInput = 256 * 1024
const sendAgainMs = 20

/** Who has the keyboard of somebody else's terminal. */
interface Typist {
  /** The viewer's name. */
  name: string
  by?: Actor | undefined
}

/** A viewer of a session: a page, or a terminal elsewhere. */
export interface Watcher {
  /** The spectators. */
  name: string
  /** Output, and the offset of its first byte. */
  print(bytes: Buffer, at: number): void
  /** Output in between is lost: the next output begins on a blank screen. */
  skip(to: number): void
  /** Bytes that it has received but not sent on. */
  buffered(): number
  /** The keyboard was handed over: to a viewer, or back to the owner. */
  keyboard(typist: Typist | null): void
  /** The session is over, and why. */
  ended(why: string): void
}

interface Watching {
  watcher: Watcher
  /** Offset of the next byte for it. */
  next: number
  /** Offset up to which it has drawn the output. */
  drawn: number
}

export interface Started {
  file: string
  args: string[]
  env: Record<string, string>
}

/** A shell in a terminal, with its output: viewers may come and go. It waits for the fastest of them, and for nobody if there are none. */
export class Session {
  readonly scrollback = new Scrollback()
  readonly #pty: IPty
  readonly #watching = new Set<Watching>()
  readonly #refill: NodeJS.Timeout
  readonly #typed: Buffer[] = []
  #sending: NodeJS.Timeout | undefined
  #left = bytesPerSecond
  #paused = false
  /** Its number may be reused from then on. */
  #exited = false
  #ended: string | null = null
  #window: Window
  #typist: Typist | null = null
  readonly #onEnd: (why: string) => void
  /** The recording of its output; null without one. */
  readonly recording: Recording | null

  constructor({ file, args, env }: Started, window: Window, onEnd: (why: string) => void, recording: Recording | null = null) {
    this.#onEnd = onEnd
    this.recording = recording
    this.#window = fitting(window)
    // Loaded only when somebody opens a terminal: it has a native library.
    const { spawn } = createRequire(import.meta.url)('@lydell/node-pty') as typeof import('@lydell/node-pty')
    this.#pty = spawn(file, args, { ...this.#window, env, cwd: '/', name: 'xterm-256color', encoding: null })
    // Safe: without an encoding it emits bytes.
    this.#pty.onData((data) => this.#printed(data as unknown as Buffer))
    this.#pty.onExit(({ exitCode }) => {
      this.#exited = true
      this.end(exitCode === groupsRefused ? 'its limits could not be set' : 'the shell exited')
    })
    this.#refill = setInterval(() => {
      this.#left = Math.min(bytesPerSecond, this.#left + (bytesPerSecond * refillMs) / 1_000)
      this.#pump()
    }, refillMs)
    this.#refill.unref()
  }

  get pid(): number {
    return this.#pty.pid
  }
  get window(): Window {
    return this.#window
  }
  /** Each viewer, once. */
  get watchedBy(): string[] {
    return [...new Set([...this.#watching].map(({ watcher }) => watcher.name))]
  }
  /** Who has the keyboard in addition to the owner; null if nobody has. */
  get typist(): Typist | null {
    return this.#typist
  }
  /** Gives the keyboard to a viewer, or takes it back. Returns false for somebody who is not watching. */
  handOver(to: Typist | null): boolean {
    if (to !== null && !this.watchedBy.includes(to.name)) return false
    this.#typist = to
    for (const { watcher } of this.#watching) watcher.keyboard(to)
    return true
  }
  get watchers(): number {
    return this.#watching.size
  }

  /** Sends a viewer the output that it lacks, and all that follows. @param from the first byte that it lacks. */
  watch(watcher: Watcher, from: number): { acknowledge(place: number): void; leave(): void } {
    const next = Math.min(Math.max(from, 0), this.scrollback.end)
    const watching: Watching = { watcher, next, drawn: next }
    this.#watching.add(watching)
    if (this.#ended !== null) watcher.ended(this.#ended)
    this.#pump()
    return {
      acknowledge: (place) => {
        watching.drawn = Math.min(Math.max(place, watching.drawn), watching.next)
        this.#pump()
      },
      leave: () => {
        this.#watching.delete(watching)
        if (this.#typist && !this.watchedBy.includes(this.#typist.name)) this.handOver(null)
        this.#pump()
      },
    }
  }

  /** Input. What exceeds the program's buffer is dropped, as on a real serial line. */
  type(bytes: Buffer): boolean {
    const waiting = this.#typed.reduce((sum, { length }) => sum + length, 0)
    if (this.#ended !== null || waiting + bytes.length > mostInput) return false
    this.#typed.push(bytes)
    if (waiting === 0) this.#send()
    return true
  }

  resize(window: Window): void {
    this.#window = fitting(window)
    this.recording?.resized(this.#window)
    if (this.#ended === null) this.#pty.resize(this.#window.cols, this.#window.rows)
  }

  /** Ends the shell and all its children; once. */
  end(why: string): void {
    if (this.#ended !== null) return
    this.#ended = why
    clearInterval(this.#refill)
    clearTimeout(this.#sending)
    this.#paused = false
    // The jail's first process dies with the one that made it, and everything in the jail with that.
    if (!this.#exited) this.#pty.kill('SIGKILL')
    this.#pty.resume()
    this.#pump()
    for (const { watcher } of this.#watching) watcher.ended(why)
    void this.recording?.end()
    this.#onEnd(why)
  }

  #printed(bytes: Buffer): void {
    this.scrollback.push(bytes)
    this.recording?.output(bytes)
    this.#left -= bytes.length
    this.#pump()
  }

  /** Sends pending output to viewers that can receive it, and lets the program continue, or wait. */
  #pump(): void {
    let furthest: number | null = null
    for (const watching of this.#watching) {
      this.#serve(watching)
      furthest = Math.max(furthest ?? 0, watching.drawn)
    }
    if (this.#ended !== null) return
    const unread = furthest === null ? 0 : this.scrollback.end - furthest
    const waits = this.#left <= 0 || unread > (this.#paused ? mostUnread / 2 : mostUnread)
    if (waits === this.#paused) return
    this.#paused = waits
    if (waits) this.#pty.pause()
    else this.#pty.resume()
  }

  #serve(watching: Watching): void {
    const { watcher } = watching
    while (watching.next < this.scrollback.end && watching.next - watching.drawn < mostUnread && watcher.buffered() < mostBuffered) {
      const { at, bytes } = this.scrollback.from(watching.next, pieceBytes)
      if (at !== watching.next) {
        watcher.skip(at)
        watching.drawn = at
      }
      // First, because it may confirm immediately that it has drawn it.
      watching.next = at + bytes.length
      watcher.print(bytes, at)
    }
  }

  /** Not by the terminal's own `write`, which would block the whole control plane until the program has read the input. */
  #send(): void {
    clearTimeout(this.#sending)
    // Safe: that is so on every system but Windows.
    const { fd, _socket: socket } = this.#pty as unknown as { fd: number; _socket: { destroyed: boolean } }
    for (let [first] = this.#typed; first !== undefined; [first] = this.#typed) {
      // Its descriptor may belong to another file by then.
      if (this.#ended !== null || socket.destroyed) return void this.#typed.splice(0)
      try {
        const sent = writeSync(fd, first)
        if (sent < first.length) this.#typed[0] = first.subarray(sent)
        else this.#typed.shift()
      } catch (error) {
        if (errorCode(error) !== 'EAGAIN') return void this.#typed.splice(0)
        this.#sending = setTimeout(() => this.#send(), sendAgainMs)
        return
      }
    }
  }
}

const within = (value: number, [least, most]: readonly [number, number]) =>
  Math.min(Math.max(Math.round(Number.isFinite(value) ? value : least), least), most)
const fitting = ({ cols, rows }: Window): Window => ({ cols: within(cols, windowLimits.cols), rows: within(rows, windowLimits.rows) })
