import { statfsSync } from 'node:fs'
import { FiredrillError } from '../model/errors.ts'
import { nearestThere } from './private.ts'

const megabyte = 1_000_000
/** Space that a range needs to start: a fresh one writes 120 MB in its first minutes, and an existing one has most of that already. */
export const leastRoom = { fresh: 250 * megabyte, existing: 60 * megabyte }
/**
 * Space that the cache needs: Locust and Envoy are unpacked beside their archives; bundles are rebuilt when a file changes, and Node's compile cache
 * is kept.
 */
export const leastCacheRoom = { programs: 400 * megabyte, bundles: 60 * megabyte }

/**
 * Throws `bad-request` if the disk of a range's folder, which may not exist yet, has less free space than this many bytes: its components would fail
 * one by one.
 */
export const requireDiskRoom = (dir: string, least: number): void =>
  requireOn(`the range's folder ${dir}`, dir, least, 'name a folder elsewhere with --dir or FIREDRILL_DIR')

/** The same for the cache, where programs are installed and bundles are built. */
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
