import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { FiredrillError } from '../model/errors.ts'
import { Excerpt } from './excerpt.ts'
import type { Started } from './session.ts'

/** The result of a command. */
export interface Ran {
  /** Both streams, in the order in which they arrived; the middle of long output is left out. */
  output: string
  /** Number of bytes left out. */
  leftOut: number
  /** Exit status; 124 when it was stopped because it took too long. */
  status: number
  /** The folder that the next command begins in. */
  folder: string
  tookMs: number
}

/** How much longer than the command's own timeout its end is waited for. */
const graceMs = 5_000
/** Maximum rate at which a command's output is read, in bytes per second; a flood has to wait. */
const pauseAfterBytes = 4 * 1024 * 1024
const pauseMs = 200

/** A shell in a jail without a terminal: runs commands one after another, each with its own timeout. */
export class Runner {
  readonly #child: ChildProcess
  readonly #onEnd: () => void
  #turn: Promise<unknown> = Promise.resolve()
  #ended: string | null = null
  #hear: (bytes: Buffer) => void = () => {}
  readonly #over = Promise.withResolvers<never>()

  constructor({ file, args, env }: Started, onEnd: () => void) {
    this.#onEnd = onEnd
    this.#child = spawn(file, args, { env, cwd: '/', stdio: ['pipe', 'pipe', 'ignore'] })
    this.#child.once('error', () => this.end('it could not be started'))
    this.#child.once('exit', () => this.end('the jail has ended'))
    this.#child.stdin?.on('error', () => {})
    this.#over.promise.catch(() => {})
    let sincePause = 0
    this.#child.stdout?.on('data', (bytes: Buffer) => {
      this.#hear(bytes)
      sincePause += bytes.length
      if (sincePause < pauseAfterBytes) return
      sincePause = 0
      this.#child.stdout?.pause()
      setTimeout(() => this.#child.stdout?.resume(), pauseMs)
    })
  }

  /** Runs after earlier commands. Throws `component-failed` if the jail ends meanwhile. */
  run(command: string, timeoutSeconds: number): Promise<Ran> {
    const ran = this.#turn.then(() => this.#run(command, timeoutSeconds))
    this.#turn = ran.catch(() => {})
    return ran
  }

  end(why: string): void {
    if (this.#ended !== null) return
    this.#ended = why
    this.#child.kill('SIGKILL')
    this.#over.reject(new FiredrillError('component-failed', `the shell ended (${why}): run the command again`))
    this.#onEnd()
  }

  async #run(command: string, timeoutSeconds: number): Promise<Ran> {
    if (this.#ended !== null) return this.#over.promise
    const word = randomBytes(16).toString('hex')
    const excerpt = new Excerpt()
    const startedAt = performance.now()
    const done = Promise.withResolvers<{ status: number; folder: string }>()
    const end = new RegExp(`\\n${word} (\\d+) ([^\\n]*)\\n$`)
    this.#hear = (bytes) => {
      excerpt.push(bytes)
      const found = end.exec(excerpt.tail(4_200))
      if (found) done.resolve({ status: Number(found[1]), folder: found[2] ?? '' })
    }
    this.#child.stdin?.write(`${word}\n${timeoutSeconds}\n${quoted(command)}\n`)
    // The time that a flood has to wait counts as the command's own.
    const timer = setTimeout(() => this.end('a command could not be stopped'), timeoutSeconds * 1_000 + graceMs)
    try {
      const { status, folder } = await Promise.race([done.promise, this.#over.promise])
      const ending = `\n${word} ${status} ${folder}\n`.length
      const { text, leftOut } = excerpt.read(ending)
      return { output: text, leftOut, status, folder, tookMs: Math.round(performance.now() - startedAt) }
    } finally {
      clearTimeout(timer)
      this.#hear = () => {}
    }
  }
}

/** Quotes a text for bash, on one line, whatever it contains. */
const quoted = (text: string): string =>
  `$'${[...Buffer.from(text.replaceAll('\0', ''), 'utf8')].map((byte) => (/[\w ./:=,@%+-]/.test(String.fromCharCode(byte)) && byte < 128 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`)).join('')}'`
