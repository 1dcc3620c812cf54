import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { client } from '../model/client.ts'
import { handIn } from './commands/affected.ts'

test('affected orders are handed in from arguments and from a file, and an empty list is refused', async (context) => {
  const posted: unknown[] = []
  const api = client(async ({ path: url, body }) => {
    posted.push([url, body])
    return { status: 200, text: '{"listed":3}' }
  })
  const write = context.mock.method(process.stdout, 'write', () => true)
  const dir = mkdtempSync(path.join(tmpdir(), 'affected-'))
  try {
    const file = path.join(dir, 'orders.txt')
    writeFileSync(file, ' b2\n c3 |\n\n')
    await handIn(api, 'some', 'not-shipped', ['a1'], { file, json: false })
    assert.deepEqual(posted, [['/api/drills/some/affected', { kind: 'not-shipped', orders: ['a1', 'b2', 'c3'] }]])
    assert.equal(write.mock.calls[0]?.arguments[0], 'handed in 3 orders: the debrief compares them with the database\n')
    const without = (options: { file?: string }) => handIn(api, 'some', 'not-shipped', [], { ...options, json: false })
    await assert.rejects(without({}), { code: 'bad-request', message: /^give the numbers of the orders/ })
    await assert.rejects(without({ file: path.join(dir, 'none') }), { code: 'bad-request', message: /none cannot be read/ })
    assert.equal(posted.length, 1)
  } finally {
    write.mock.restore()
    rmSync(dir, { recursive: true })
  }
})
