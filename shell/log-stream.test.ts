import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { duplexPair, type Duplex } from 'node:stream'
import { after, test } from 'node:test'
import { until } from '../model/until.ts'
import { logsFrom, sendLogs } from './log-stream.ts'
import { LogView } from './log-view.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-logs-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('logs of another host are copied as they are written, and again after a reconnect or a new file', async () => {
  const file = path.join(folder, 'orders.log')
  const before = `${'x'.repeat(99)}\n`.repeat(20_000)
  writeFileSync(file, before)
  const open: Duplex[] = []
  const view = new LogView(path.join(folder, 'view'), [
    logsFrom(async () => {
      if (open.length === 1) {
        open.push(duplexPair()[0])
        throw new Error('the host is away')
      }
      const [ours, theirs] = duplexPair()
      open.push(ours)
      ours.once('close', () => theirs.destroy())
      sendLogs(theirs, [
        { service: 'orders', file },
        { service: 'gateway', file: path.join(folder, 'nothing.log') },
      ])
      return ours
    }),
  ])
  const copy = path.join(view.folder, 'orders.log')
  const copied = () => (existsSync(copy) ? readFileSync(copy, 'utf8') : '')
  view.start()
  await until('what was there', 20_000, async () => copied().length > 900_000)
  assert.match(copied(), /^x{99}\n/, 'it begins with a whole line')
  appendFileSync(file, 'an order\n')
  await until('what is written', 20_000, async () => copied().endsWith('\nan order\n'))
  open[0]?.destroy()
  appendFileSync(file, 'while nobody listened\n')
  await until('what was written meanwhile', 20_000, async () => copied().endsWith('\nan order\nwhile nobody listened\n'))
  assert.equal(open.length, 3, 'a host that is away is tried again')
  renameSync(file, `${file}.1`)
  writeFileSync(file, 'another file\n')
  await until('the file in its place', 20_000, async () => copied() === 'another file\n')
  view.stop()
  assert.ok(!existsSync(view.folder))
  assert.ok(open[2]?.destroyed)
})

test('another host can write only to logs', async () => {
  const [stream, sent] = duplexPair()
  const taken: string[] = []
  const refused = Promise.withResolvers<void>()
  const { stop } = logsFrom(async () => stream)(({ service }) => void taken.push(service))
  stream.once('close', () => refused.resolve())
  sent.write(`${JSON.stringify({ service: 'orders', fresh: true, bytes: '' })}\n`)
  sent.write(`${JSON.stringify({ service: '../../etc/passwd', fresh: true, bytes: '' })}\n`)
  await refused.promise
  stop()
  assert.deepEqual(taken, ['orders'])
})
