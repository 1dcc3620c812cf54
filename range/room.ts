import { statfsSync } from 'node:fs'
import { FiredrillError } from '../model/errors.ts'
import { nearestThere } from './private.ts'

const megabyte = 1_000_000
/** What a range needs to start: a fresh one writes 120 MB in its first minutes, and one that was there before has most of that already. */
export const leastRoom = { fresh: 250 * megabyte, existing: 60 * megabyte }
/** What the cache takes: Locust and Envoy are unpacked beside their archives; bundles are built again when a file changes, and what Node compiles is kept. */
export const leastCacheRoom = { programs: 400 * megabyte, bundles: 60 * megabyte }

/** Throws `bad-request` where the disk of a range's folder, which may not be there yet, has less room than that many bytes: its components would fail one by one. */
export const requireDiskRoom = (dir: string, least: number): void =>
  requireOn(`the range's folder ${dir}`, dir, least, 'name a folder elsewhere with --dir or FIREDRILL_DIR')

/** The same of the cache, where programs are installed to and bundles are built. */
export const requireCacheRoom = (dir: string, least: number): void =>
  requireOn(`the cache ${dir}`, dir, least, 'set FIREDRILL_CACHE to a folder elsewhere')

function requireOn(what: string, dir: string, least: number, instead: string): void {
  const { bavail, bsize } = statfsSync(nearestThere(dir))
  const free = bavail * bsize
  if (free >= least) return
  throw new FiredrillError(
    'bad-request',
    `the disk of ${what} has ${Math.floor(free / megabyte)} MB left, and a range needs ${least / megabyte} MB there to start: make room, or ${instead}`,
  )
}
