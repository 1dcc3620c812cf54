import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { FileProvider } from './flags.ts'

const definitions = (defaultVariant: string, more: object = {}) =>
  JSON.stringify({ flags: { words: { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant, ...more } } })

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, 'it takes effect')
    await delay(50)
  }
}

test('a service follows the file: changes take effect, and a file with a mistake does not', async (context) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'flags-'))
  const file = path.join(folder, 'flags.json')
  const write = (text: string) => {
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
  }
  const told: string[] = []
  const log = { info: () => {}, warn: (text: unknown) => void told.push(String(text)) }
  const provider = new FileProvider(file, log as never)
  context.after(async () => {
    await provider.onClose()
    rmSync(folder, { recursive: true })
  })
  const asked = (fallback = false) => provider.resolveBooleanEvaluation('words', fallback, {})

  await provider.initialize()
  assert.deepEqual(
    await asked(true),
    { value: true, reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' },
    'the default in the code, without a file',
  )
  write(definitions('on'))
  await until(async () => (await asked()).value)
  assert.deepEqual(await asked(), { value: true, variant: 'on', reason: 'STATIC' })

  told.length = 0
  write('{"flags": {')
  await until(async () => told.length > 0)
  await delay(1_200)
  assert.equal(told.length, 1, 'once')
  assert.match(told[0] ?? '', /stay as they are: the flags are not JSON/)
  assert.equal((await asked()).value, true)

  write(definitions('off'))
  await until(async () => !(await asked()).value)
  write(definitions('on', { state: 'DISABLED' }))
  await until(async () => (await asked(true)).reason === 'DISABLED')
  assert.equal((await asked(true)).value, true)
  assert.deepEqual(await provider.resolveNumberEvaluation('words', 7, {}), { value: 7, reason: 'DISABLED' })
})

test('a value of another type than asked for is the default in the code', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'flags-'))
  const file = path.join(folder, 'flags.json')
  writeFileSync(file, definitions('on'))
  const provider = new FileProvider(file, { info: () => {}, warn: () => {} } as never)
  await provider.initialize()
  assert.deepEqual(await provider.resolveNumberEvaluation('words', 7, {}), { value: 7, reason: 'ERROR', errorCode: 'TYPE_MISMATCH' })
  await provider.onClose()
  rmSync(folder, { recursive: true })
})
