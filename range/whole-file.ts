import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
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

/** Whether something failed because there is no room on the disk. */
export const isNoRoom = (error: unknown): boolean => noRoom.has(errorCode(error) ?? '')

/**
 * Puts a file into place as a whole: whoever watches it never sees half of it, and where it is `durable`, nor does who comes after a power-off. What is there
 * already is left as it is. On a full disk the file's own blocks are written anew, aside, so that what a fault changed can be set back; throws where they do not suffice.
 */
export function writeWhole(file: string, text: string, { mode = 0o600, durable = false }: { mode?: number; durable?: boolean } = {}): void {
  if (contentOf(file) === text) return
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  try {
    makePrivateFolder(path.dirname(file))
    writeFileSync(temporary, text, { mode, flush: durable })
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    if (!isNoRoom(error)) throw error
    if (!writeOver(file, temporary, text))
      throw new FiredrillError('component-failed', `${file} could not be written: there is no room on the disk. Make some and try again`, {
        cause: error,
      })
  }
}

/** Into the blocks that the file has; false where there is none, or too little. Whoever looks meanwhile finds no file. */
function writeOver(file: string, aside: string, text: string): boolean {
  const bytes = Buffer.from(text)
  const room = statSync(file, { throwIfNoEntry: false })?.blocks ?? 0
  if (bytes.length > room * 512) return false
  renameSync(file, aside)
  try {
    const descriptor = openSync(aside, 'r+')
    try {
      writeSync(descriptor, bytes, 0, bytes.length, 0)
      ftruncateSync(descriptor, bytes.length)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    return true
  } finally {
    renameSync(aside, file)
  }
}

function contentOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
