import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { requireCacheRoom, requireDiskRoom } from './room.ts'

test('a disk without room is reported before anything starts, with how much there is and what to do', () => {
  const dir = path.join(tmpdir(), 'not', 'there', 'yet')
  requireDiskRoom(dir, 1)
  assert.throws(() => requireDiskRoom(dir, 1e18), {
    code: 'bad-request',
    message:
      /^the disk of the range's folder \S+yet has \d+ MB left, and a range needs 1000000000000 MB there to start: make room, or name a folder/,
  })
  requireCacheRoom(dir, 1)
  assert.throws(() => requireCacheRoom(dir, 1e18), {
    message: /^the disk of the cache \S+yet has \d+ MB left, and a range needs 1000000000000 MB there to start: .+ FIREDRILL_CACHE/,
  })
})
