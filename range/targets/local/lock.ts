import { randomBytes } from 'node:crypto'
import { readlinkSync, renameSync, symlinkSync, unlinkSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { FiredrillError, errorCode } from '../../../model/errors.ts'
import { makePrivateFolder } from '../../private.ts'
import { liveness, readStat } from './identity.ts'

const lookEveryMs = 50
/** Longer than any operation under a lock takes. */
const defaultPatienceMs = 90_000
/** If there is no room for a folder entry, the lock covers only this process: a revert must not wait for disk space. */
const noRoom = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EFBIG'])

/** Locks of this process that are held or waited for: the end of each queue. */
const lines = new Map<string, Promise<void>>()

export interface HeldLock {
  /** Whether it is still held: a process that was suspended for long may have lost it. */
  isHeld(): boolean
}

/**
 * Runs an operation that only one process on this machine may run at a time. The lock is a symbolic link to the identity of its holder (pid and start
 * time): created atomically, without writing a byte. If its holder is gone or suspended, it is taken over.
 */
export async function withLock<Result>(
  file: string,
  work: (lock: HeldLock) => Promise<Result>,
  patienceMs = defaultPatienceMs,
): Promise<Result> {
  const before = lines.get(file)
  const turn = Promise.withResolvers<void>()
  lines.set(file, turn.promise)
  await before
  try {
    const mine = `${process.pid}.${readStat(process.pid)?.startTicks ?? 0}.${randomBytes(6).toString('hex')}`
    const taken = await take(file, mine, patienceMs)
    try {
      return await work({ isHeld: () => !taken || read(file) === mine })
    } finally {
      if (read(file) === mine) unlinkSync(file)
    }
  } finally {
    if (lines.get(file) === turn.promise) lines.delete(file)
    turn.resolve()
  }
}

/** Resolves when it is held; to false if there is no room for it. */
async function take(file: string, mine: string, patienceMs: number): Promise<boolean> {
  const giveUpAt = Date.now() + patienceMs
  for (;;) {
    try {
      makePrivateFolder(path.dirname(file))
      symlinkSync(mine, file)
      return true
    } catch (error) {
      const code = errorCode(error)
      if (code && noRoom.has(code)) return false
      if (code !== 'EEXIST') throw error
    }
    const holder = read(file)
    if (holder !== null && !isAlive(holder)) takeAway(file, holder)
    else if (Date.now() > giveUpAt)
      throw new FiredrillError(
        'conflict',
        `process ${holder?.split('.')[0]} has held ${file} for ${patienceMs / 1_000} s: end it and try again`,
      )
    else await delay(lookEveryMs)
  }
}

function isAlive(holder: string): boolean {
  const [pid, startTicks] = holder.split('.').map(Number)
  return pid !== undefined && startTicks !== undefined && liveness({ pid, startTicks, nonce: '' }) === 'running'
}

/** Removes the lock of a holder that is gone; puts it back if another has taken it just now. */
function takeAway(file: string, holder: string): void {
  const aside = `${file}.${randomBytes(6).toString('hex')}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw error
  }
  const found = read(aside)
  if (found === holder || found === null) unlinkSync(aside)
  else renameSync(aside, file)
}

function read(file: string): string | null {
  try {
    return readlinkSync(file)
  } catch {
    return null
  }
}
