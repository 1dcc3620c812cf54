import { spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { describeError } from '../../model/errors.ts'
import { Refused, type Planned, type ShopSeen } from './command.ts'
import { operatorCommands, programOf } from './registry.ts'

/** Maximum length of a command with its arguments. */
const longestRequest = 16 * 1024
const requestWithinMs = 5_000
const graceMs = 1_000

type Kind = 'o' | 'e' | 'x'

/** Answers a command that cannot be run. */
export function refuseOperator(socket: Duplex, why: string): void {
  send(socket, 'e', `sudo: ${why}\n`)
  send(socket, 'x', '1')
  socket.end()
}

function send(socket: Duplex, kind: Kind, bytes: Buffer | string): boolean {
  const body = Buffer.from(bytes)
  const head = Buffer.alloc(5)
  head.write(kind)
  head.writeUInt32BE(body.length, 1)
  return socket.write(Buffer.concat([head, body]))
}

/** Handles one `sudo` command from a jail: reads it, runs it if it is allowed, and sends its output and exit status. */
export function serveOperator(socket: Duplex, seen: () => ShopSeen): void {
  let asked = ''
  const refuse = (why: string) => refuseOperator(socket, why)
  const timer = setTimeout(() => socket.destroy(), requestWithinMs)
  socket.once('close', () => clearTimeout(timer))
  const onData = (text: Buffer) => {
    asked += text.toString('latin1')
    if (asked.length > longestRequest) return refuse('the command is too long')
    const end = /(^|\n)\n/.exec(asked)
    if (!end) return
    clearTimeout(timer)
    socket.off('data', onData)
    const words = asked
      .slice(0, end.index)
      .split('\n')
      .filter((word) => word !== '')
      .map((word) => Buffer.from(word, 'hex').toString())
    try {
      answer(words, seen, socket)
    } catch (error) {
      if (!(error instanceof Refused)) process.stderr.write(`a trainee’s command: ${describeError(error)}\n`)
      refuse(error instanceof Refused ? error.message : 'it failed on the shop’s side')
    }
  }
  socket.on('data', onData)
  socket.resume()
}

function answer(words: string[], seen: () => ShopSeen, socket: Duplex): void {
  const [name = '', ...args] = words.filter((word, index) => !(word === '-n' && index === 0))
  const program = name.split('/').at(-1) ?? ''
  if (name === '' || name === '-l' || name === '--list' || name === '-h' || name === '--help') {
    send(socket, 'o', listed())
    send(socket, 'x', '0')
    return void socket.end()
  }
  const command = operatorCommands.find((one) => one.program === program)
  if (!command) throw new Refused(`the on-call user may not run ${name} here: 'sudo -l' lists what may be run`)
  const planned = command.plan(args, seen())
  const file = path.isAbsolute(planned.file) ? planned.file : programOf(command.program)
  if (file === null || !existsSync(file))
    throw new Refused(`this machine has no ${command.program}: 'firedrill doctor' says how to install it`)
  run({ ...planned, file }, socket)
}

const listed = (): string =>
  `On the machine of the shop, about its processes and its broker, you may run:\n${operatorCommands.map(({ usage }) => `  sudo ${usage}\n`).join('')}`

function run({ file, args, line, env = {}, uid, gid, seconds }: Planned, socket: Duplex): void {
  const child = spawn(file, args, {
    env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LANG: 'C.UTF-8', TZ: 'UTC', COLUMNS: '250', HOME: '/', ...env },
    cwd: '/',
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stop = () => {
    child.kill('SIGINT')
    setTimeout(() => child.kill('SIGKILL'), graceMs).unref()
  }
  const limit = setTimeout(() => {
    send(socket, 'e', `sudo: stopped after ${seconds} s\n`)
    stop()
  }, seconds * 1_000)
  socket.on('data', (bytes: Buffer) => bytes.includes('INT') && stop())
  socket.once('close', stop)
  // A reader that does not read causes back-pressure.
  const pass = (kind: Kind, bytes: Buffer | string) => {
    if (send(socket, kind, bytes)) return
    child.stdout.pause()
    socket.once('drain', () => child.stdout.resume())
  }
  if (line) {
    let index = 0
    createInterface({ input: child.stdout }).on('line', (text) => {
      const shown = line(text, index++)
      if (shown !== null) pass('o', `${shown}\n`)
    })
  } else child.stdout.on('data', (bytes: Buffer) => pass('o', bytes))
  child.stderr.on('data', (bytes: Buffer) => pass('e', bytes))
  child.once('error', (error) => send(socket, 'e', `sudo: ${error.message}\n`))
  child.once('close', (status, signal) => {
    clearTimeout(limit)
    socket.off('close', stop)
    if (socket.destroyed) return
    send(socket, 'x', String(status ?? (signal === null ? 1 : 130)))
    socket.end()
  })
}
