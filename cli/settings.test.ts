import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings, settingsFile, settingsToChange } from './settings.ts'

test('a file of settings says what it takes, and is read as it was written', () => {
  const settings = new Map([
    ['DB_POOL_MAX', '2'],
    ['LOG_LEVEL', 'debug'],
  ])
  const file = settingsFile('orders', settings)
  assert.match(file, /^# Settings of orders .*\n# .*CACHE_TTL_SECONDS.*\nDB_POOL_MAX=2\nLOG_LEVEL=debug\n$/)
  assert.deepEqual(readSettings(file), settings)
  assert.deepEqual(readSettings('  \r\n# DB_POOL_MAX=3\n LOG_LEVEL = warn \n'), new Map([['LOG_LEVEL', 'warn']]))
})

test('a file that is wrong is refused with the line', () => {
  for (const [file, message] of [
    ['\nDB_POOL=2\n', /^line 2: there is no setting 'DB_POOL': choose DB_POOL_MAX, /],
    ['DB_POOL_MAX\n', /^line 1: DB_POOL_MAX has no value: write DB_POOL_MAX=value/],
    ['DB_POOL_MAX=\n', /^line 1: DB_POOL_MAX has no value/],
    ['DB_POOL_MAX=1\nDB_POOL_MAX=2\n', /^line 2: DB_POOL_MAX is there twice/],
    ['=3', /^line 1: there is no setting ''/],
  ] as const)
    assert.throws(() => readSettings(file), { code: 'bad-request', message })
})

test('only what differs is changed; what is left out gets its default', () => {
  const before = readSettings('DB_POOL_MAX=2\nLOG_LEVEL=debug\nCACHE_TTL_SECONDS=1')
  assert.deepEqual(settingsToChange(before, before), [])
  assert.deepEqual(settingsToChange(before, readSettings('DB_POOL_MAX=6\nLOG_LEVEL=debug\nRATE_LIMIT_RPS=5')), [
    { key: 'DB_POOL_MAX', value: '6' },
    { key: 'CACHE_TTL_SECONDS', value: '' },
    { key: 'RATE_LIMIT_RPS', value: '5' },
  ])
})
