import { statfsSync } from 'node:fs'
import { FiredrillError } from '../model/errors.ts'
import { nearestThere } from './private.ts'

const megabyte = 1_000_000
/** What a range needs to start: a fresh one writes 120 MB in its first minutes, and one that was there before has most of that already. */
export const leastRoom = { fresh: 250 * megabyte, existing: 60 * megabyte }

/** Throws `bad-request` where the disk of a range's folder, which may not be there yet, has less room than that many bytes: its components would fail one by one. */
export function requireDiskRoom(dir: string, least: number): void {
  const { bavail, bsize } = statfsSync(nearestThere(dir))
  const free = bavail * bsize
  if (free >= least) return
  throw new FiredrillError(
    'bad-request',
    `the disk of the range's folder ${dir} has ${Math.floor(free / megabyte)} MB left, and a range needs ${least / megabyte} MB to start: make room, or name a folder elsewhere with --dir or FIREDRILL_DIR`,
  )
}
