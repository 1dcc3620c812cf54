import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { FiredrillError, errorCode } from '../model/errors.ts'
import { makePrivateFolder } from './private.ts'

const noRoom: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** Whether an error means that the disk is full. */
const isNoRoom = (error: unknown): boolean => noRoom.has(errorCode(error) ?? '')

interface HowWritten {
  mode?: number
  /** The id of a group that may read it too. */
  group?: number | null
  durable?: boolean
}

/**
 * Replaces a file atomically: readers never see half of it, and if it is `durable`, not even after a power cut. An identical file is left alone. On a
 * full disk the file's own blocks are overwritten under another name, so that a fault can still be reverted; throws if they do not suffice.
 */
export function writeWhole(file: string, text: string, { mode = 0o600, group = null, durable = false }: HowWritten = {}): void {
  if (readWhole(file) === text) return
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  try {
    makePrivateFolder(path.dirname(file))
    writeFileSync(temporary, text, { mode, flush: durable })
    if (group !== null) {
      chownSync(temporary, statSync(temporary).uid, group)
      // Whatever the umask is.
      chmodSync(temporary, mode | 0o040)
    }
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    if (!isNoRoom(error)) throw error
    if (!writeOver(file, text))
      throw new FiredrillError('component-failed', `${file} could not be written: there is no room on the disk. Make some and try again`, {
        cause: error,
      })
  }
}

/**
 * Overwrites the file's own blocks, under another name; returns false, with the file unchanged, if there is none or they do not suffice. Meanwhile
 * there is no file under its name, and `readWhole` waits for it.
 */
function writeOver(file: string, text: string): boolean {
  const bytes = Buffer.from(text)
  const room = statSync(file, { throwIfNoEntry: false })?.blocks ?? 0
  if (bytes.length > room * 512) return false
  const before = readFileSync(file)
  const aside = `${file}.${process.pid}.aside`
  renameSync(file, aside)
  const descriptor = openSync(aside, 'r+')
  let written = 0
  try {
    // A write that finds too little room may be partial.
    while (written < bytes.length) written += writeSync(descriptor, bytes, written, bytes.length - written, written)
    ftruncateSync(descriptor, bytes.length)
    fsyncSync(descriptor)
    return true
  } catch (error) {
    const changed = Math.min(written, before.length)
    for (let at = 0; at < changed;) at += writeSync(descriptor, before, at, changed - at, at)
    ftruncateSync(descriptor, before.length)
    if (isNoRoom(error)) return false
    throw error
  } finally {
    closeSync(descriptor)
    renameSync(aside, file)
  }
}

/** How long to wait for a process that overwrites a file. */
const asideForMs = 5_000
const lookedEveryMs = 20

/** The content of a file that `writeWhole` replaces; null if there is none. */
export function readWhole(file: string): string | null {
  const clock = new Int32Array(new SharedArrayBuffer(4))
  for (let waitedMs = 0; ; waitedMs += lookedEveryMs) {
    const content = contentOf(file)
    const aside = content === null ? asideOf(file) : null
    if (aside === null || waitedMs > asideForMs) return content
    if (aside.isBeingWritten) Atomics.wait(clock, 0, 0, lookedEveryMs)
    else putBack(aside.name, file)
  }
}

/** A file that is being overwritten, or whose writer died. */
function asideOf(file: string): { name: string; isBeingWritten: boolean } | null {
  const folder = path.dirname(file)
  const own = `${path.basename(file)}.`
  const name = existsSync(folder) ? readdirSync(folder).find((each) => each.startsWith(own) && each.endsWith('.aside')) : undefined
  if (name === undefined) return null
  return { name: path.join(folder, name), isBeingWritten: lives(Number(name.slice(own.length, -'.aside'.length))) }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

/** Another process may have just done it. */
function putBack(aside: string, file: string): void {
  try {
    renameSync(aside, file)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
}

/** Throws if there is a file that cannot be read. */
function contentOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}
