import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { readLinkKeys } from './invitation.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-keys-'))
after(() => rmSync(dir, { recursive: true, force: true }))
const file = path.join(dir, 'hosts', 'link.json')
mkdirSync(path.dirname(file))

test('keys of a link are read as they were written', () => {
  const keys = { ca: 'a', cert: 'b', key: 'c', load: { ca: 'd', cert: 'e', key: 'f' } }
  writeFileSync(file, JSON.stringify(keys))
  assert.deepEqual(readLinkKeys(dir), keys)
})

test('damaged keys are an error that names their file', () => {
  writeFileSync(file, '{"ca":"a","cert":"b"}')
  assert.throws(() => readLinkKeys(dir), { code: 'wrong-state', message: /hosts\/link\.json is not as expected \(at key\)/ })
  writeFileSync(file, '{"ca":"a",')
  assert.throws(() => readLinkKeys(dir), { code: 'wrong-state', message: /hosts\/link\.json is not JSON/ })
})
