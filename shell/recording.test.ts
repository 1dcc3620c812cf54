import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { readRecording, Recording, recordingsIn } from './recording.ts'

const folder = () => mkdtempSync(path.join(tmpdir(), 'firedrill-recording-'))
const window = { cols: 100, rows: 30 }

test('a recording is an asciicast: whole characters, times from its start, readable only by its owner', async () => {
  const dir = folder()
  let now = 5_000
  const recording = Recording.start(dir, 'one', window, 'Ada', () => now)
  const euro = Buffer.from('€')
  now = 5_250
  recording?.output(Buffer.from('price: '))
  now = 5_500
  recording?.output(euro.subarray(0, 1))
  now = 5_600
  recording?.output(euro.subarray(1))
  now = 6_000
  recording?.resized({ cols: 80, rows: 24 })
  await recording?.end()
  const lines = readFileSync(path.join(dir, 'one.cast'), 'utf8').trim().split('\n')
  const [header, ...events] = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  const { timestamp, ...rest } = header ?? {}
  assert.deepEqual(rest, { version: 2, width: 100, height: 30, title: 'Ada' })
  assert.ok(Math.abs(Date.now() / 1_000 - Number(timestamp)) < 60)
  assert.deepEqual(events, [
    [0.25, 'o', 'price: '],
    [0.6, 'o', '€'],
    [1, 'r', '80x24'],
  ])
  assert.equal(statSync(path.join(dir, 'one.cast')).mode & 0o777, 0o600)
  assert.deepEqual(recordingsIn(dir), [{ id: 'one', owner: 'Ada', startedAt: Math.round(Number(timestamp) * 1_000) }])
  rmSync(dir, { recursive: true })
})

test('a flood is kept up to a limit, and says where it ends', async () => {
  const dir = folder()
  const recording = Recording.start(dir, 'flood', window, 'Ada')
  for (let count = 0; count < 20; count++) recording?.output(Buffer.alloc(512 * 1024, 'y'))
  await recording?.end()
  const text = readFileSync(path.join(dir, 'flood.cast'), 'utf8')
  assert.ok(text.length < 6 * 1024 * 1024, `${text.length} bytes`)
  assert.match(text, /the recording ends here/)
  rmSync(dir, { recursive: true })
})

test('files that are not recordings are neither listed nor read', () => {
  const dir = folder()
  writeFileSync(path.join(dir, 'other.cast'), 'no header')
  writeFileSync(path.join(dir, 'note.txt'), '{}')
  assert.deepEqual(recordingsIn(dir), [])
  assert.deepEqual(recordingsIn(path.join(dir, 'none')), [])
  assert.equal(readRecording(dir, '../note'), null)
  assert.equal(readRecording(dir, 'missing'), null)
  rmSync(dir, { recursive: true })
})
