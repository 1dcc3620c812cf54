import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { IPty } from '@lydell/node-pty'
import type { Actor } from '../model/drill.ts'
import { errorCode } from '../model/errors.ts'
import { groupsRefused } from './prepare.ts'
import type { Recording } from './recording.ts'
import { Scrollback } from './scrollback.ts'
import { windowLimits, type Window } from './window.ts'

/** Printed and not yet read by any spectator, in bytes: then the program waits until it is. */
const mostUnread = 384 * 1024
/** What a connection has not taken yet. */
const mostBuffered = 256 * 1024
/** In one message. */
const pieceBytes = 64 * 1024
/** What a program may print, in bytes a second: more than anybody reads, and little work for who passes it on. */
const bytesPerSecond = 4 * 1024 * 1024
const refillMs = 50
/** Typed or pasted, and not yet taken by the program. */
const mostInput = 256 * 1024
const sendAgainMs = 20

/** Who has the keyboard of a terminal that is another's. */
interface Typist {
  /** As a watcher's name. */
  name: string
  by?: Actor | undefined
}

/** Who sees a session: a page, or a terminal elsewhere. */
export interface Watcher {
  /** The spectators. */
  name: string
  /** Output, and the place of its first byte. */
  print(bytes: Buffer, at: number): void
  /** What is between has gone: what is printed next begins on a blank screen. */
  skip(to: number): void
  /** Bytes that it was given and has not sent on. */
  buffered(): number
  /** The keyboard was handed over: to whom of those who watch, or back to the owner. */
  keyboard(typist: Typist | null): void
  /** The session is over, and why. */
  ended(why: string): void
}

interface Watching {
  watcher: Watcher
  /** The next byte that it is given. */
  next: number
  /** Up to which byte it has drawn what it was given. */
  drawn: number
}

export interface Started {
  file: string
  args: string[]
  env: Record<string, string>
}

/** A shell in a terminal, with what it has printed: spectators may come and go. It waits for the fastest of them, and for nobody when there is none. */
export class Session {
  readonly scrollback = new Scrollback()
  readonly #pty: IPty
  readonly #watching = new Set<Watching>()
  readonly #refill: NodeJS.Timeout
  readonly #typed: Buffer[] = []
  #sending: NodeJS.Timeout | undefined
  #left = bytesPerSecond
  #paused = false
  /** Its number may be another's from then on. */
  #exited = false
  #ended: string | null = null
  #window: Window
  #typist: Typist | null = null
  readonly #onEnd: (why: string) => void
  /** Of what it prints; null where nothing is kept. */
  readonly recording: Recording | null

  constructor({ file, args, env }: Started, window: Window, onEnd: (why: string) => void, recording: Recording | null = null) {
    this.#onEnd = onEnd
    this.recording = recording
    this.#window = fitting(window)
    // Loaded only where somebody opens a terminal: it has a library of its own for the system.
    const { spawn } = createRequire(import.meta.url)('@lydell/node-pty') as typeof import('@lydell/node-pty')
    this.#pty = spawn(file, args, { ...this.#window, env, cwd: '/', name: 'xterm-256color', encoding: null })
    // Safe: without an encoding it hands on bytes.
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
  /** Each spectator, once. */
  get watchedBy(): string[] {
    return [...new Set([...this.#watching].map(({ watcher }) => watcher.name))]
  }
  /** Who has the keyboard beside the owner; null when nobody has. */
  get typist(): Typist | null {
    return this.#typist
  }
  /** Gives the keyboard to one of those who watch, or takes it back. Returns false for somebody who does not watch. */
  handOver(to: Typist | null): boolean {
    if (to !== null && !this.watchedBy.includes(to.name)) return false
    this.#typist = to
    for (const { watcher } of this.#watching) watcher.keyboard(to)
    return true
  }
  get watchers(): number {
    return this.#watching.size
  }

  /** Gives a watcher what it does not have yet, and all that comes. @param from the first byte that it lacks. */
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

  /** What somebody typed. What is more than the program takes for now is dropped, as a real line would. */
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

  /** Ends the shell and all that it has started; once. */
  end(why: string): void {
    if (this.#ended !== null) return
    this.#ended = why
    clearInterval(this.#refill)
    clearTimeout(this.#sending)
    this.#paused = false
    // The jail's first process dies with what made it, and everything in it with that.
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

  /** Hands on what there is to those who can take it, and lets the program print, or wait. */
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
      // First: it may say at once that it has drawn it.
      watching.next = at + bytes.length
      watcher.print(bytes, at)
    }
  }

  /** Not by the terminal's own `write`, which stands, and the whole control plane with it, until the program has read what was typed. */
  #send(): void {
    clearTimeout(this.#sending)
    // Safe: so it is on every system but Windows.
    const { fd, _socket: socket } = this.#pty as unknown as { fd: number; _socket: { destroyed: boolean } }
    for (let [first] = this.#typed; first !== undefined; [first] = this.#typed) {
      // Its descriptor may be somebody else's by then.
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
