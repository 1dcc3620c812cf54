import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import type { LogEntry } from '../otlp/logs.ts'
import type { LogFormat } from '../../../model/log-format.ts'
import { followLogs } from './tail.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-tail-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
/** A log file, and what one poll reads: that at its end. */
function followed(format: LogFormat) {
  const file = path.join(folder, `${files++}.log`)
  const read: LogEntry[] = []
  let hasRoom = true
  const sink = { offer: (entries: readonly LogEntry[]) => hasRoom && read.push(...entries) > 0 }
  return {
    write: (bytes: string | Buffer) => appendFileSync(file, bytes),
    replace: (text: string) => writeFileSync(file, text),
    full(isFull: boolean) {
      hasRoom = !isFull
    },
    look(): LogEntry[] {
      followLogs([{ service: 'orders', file, format }], sink, `${file}.position`).stop()
      return read.splice(0)
    },
  }
}
const bodies = (entries: LogEntry[]) => entries.map(({ body }) => body)

test('a character of which only a half has been written is read when it is complete', () => {
  const log = followed('plain')
  const emoji = Buffer.from('🔥')
  log.write(Buffer.concat([Buffer.from('whole\nburns '), emoji.subarray(0, 2)]))
  assert.deepEqual(bodies(log.look()), ['whole'])
  log.write(Buffer.concat([emoji.subarray(2), Buffer.from(' down\n')]))
  assert.deepEqual(bodies(log.look()), ['burns 🔥 down'])
  assert.deepEqual(log.look(), [])
})

test('a line that is longer than a chunk is read in parts, between characters, and none of it as a line of its format', () => {
  const log = followed('postgres')
  const chunk = 256 * 1024
  for (const before of [1, 2, 3, 4]) {
    // Ends the first chunk within the emoji.
    const start = `${'x'.repeat(chunk - before)}🔥`
    log.write(`${start} end of it\n{"message":"next","error_severity":"ERROR"}\n`)
    const [first, second, next, ...others] = log.look()
    assert.match(first?.body ?? '', /^x{65536}… \(\d+ more characters were cut\)$/)
    assert.ok(second)
    assert.equal(second.body, before === 4 ? 'end of it' : '🔥 end of it')
    assert.deepEqual([next?.body, next?.severityText, others.length], ['next', 'ERROR', 0])
  }
})

test('the time of a line in PostgreSQL’s log is kept, whatever name it uses for UTC', () => {
  const log = followed('postgres')
  for (const zone of ['UTC', 'GMT']) log.write(`{"timestamp":"2026-11-24 02:00:00.512 ${zone}","message":"${zone}"}\n`)
  const at = Date.UTC(2026, 10, 24, 2, 0, 0, 512)
  assert.deepEqual(
    log.look().map(({ body, timeMs }) => [body, timeMs]),
    [
      ['UTC', at],
      ['GMT', at],
    ],
  )
})

test('no line stops its file: an unexpected one is kept unchanged', () => {
  const redis = followed('redis')
  redis.write('1:M 24 Nov 2026 02:00:00.000 * Ready\n1:M 99 Foo 2026 02:00:00.000 # odd date\n1:M 24 Nov 2026 02:00:01.000 * Bye\n')
  const lines = redis.look()
  assert.deepEqual(bodies(lines), ['Ready', 'odd date', 'Bye'])
  assert.equal(lines[0]?.timeMs, Date.UTC(2026, 10, 24, 2))
  assert.ok(Math.abs((lines[1]?.timeMs ?? 0) - Date.now()) < 60_000)
  const pino = followed('pino')
  pino.write(
    [
      '{"level":"constructor","message":"a level that every object has"}',
      '{"level":"error","time":"+275760-09-13T00:00:00.000Z","message":"far away"}',
      '{"level":"error","message":"no trace","trace_id":"00000000000000000000000000000000","span_id":"x"}',
      '{"level":"error","message":"cut sho',
      '\0\0\0{"level":"warn","message":"after a truncation"}\r',
      '{"message":null}',
    ].join('\n') + '\n',
  )
  const read = pino.look()
  assert.deepEqual(
    read.map(({ severityText, body }) => [severityText, body]),
    [
      ['INFO', 'a level that every object has'],
      ['ERROR', 'far away'],
      ['ERROR', 'no trace'],
      ['ERROR', '{"level":"error","message":"cut sho'],
      ['WARN', 'after a truncation'],
      ['INFO', ''],
    ],
  )
  for (const { timeMs, traceId, spanId } of read)
    assert.deepEqual([Math.abs(timeMs - Date.now()) < 60_000, traceId, spanId], [true, '', ''])
})

test('a line of 64 KB is kept completely, and a longer one says how much was cut', () => {
  const log = followed('pino')
  for (const length of [65_536, 70_000])
    log.write(`${JSON.stringify({ level: 'info', message: `${'y'.repeat(length - 1)}🔥`.slice(0, length) })}\n`)
  const [whole = '', longer = ''] = bodies(log.look())
  assert.equal(whole.length, 65_536)
  assert.ok(longer.endsWith('y… (4464 more characters were cut)'), longer.slice(-50))
})

test('a long word takes no longer to read than other lines', () => {
  const log = followed('logfmt')
  log.write(`${'x'.repeat(200_000)}\n`)
  const startedAt = performance.now()
  assert.equal(log.look().length, 1)
  // It took minutes when each letter was tried as the start of a key.
  assert.ok(performance.now() - startedAt < 5_000)
})

test('lines that find no room are read later, and a replaced file from its start', () => {
  const log = followed('logfmt')
  log.write('level=info msg=one\n')
  log.full(true)
  assert.deepEqual(log.look(), [])
  log.full(false)
  log.write('level=warn msg="two of them"\n')
  assert.deepEqual(bodies(log.look()), ['one', 'two of them'])
  log.replace('level=info msg=anew\n')
  assert.deepEqual(bodies(log.look()), ['anew'])
})
