import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatOf, readSettings, settingsFile, settingsToChange, storeOf } from './settings.ts'

test('a file of settings lists what it accepts, and is read as it was written', () => {
  const settings = new Map([
    ['DB_POOL_MAX', '2'],
    ['LOG_LEVEL', 'debug'],
  ])
  const file = settingsFile('orders', settings)
  assert.match(file, /^# Settings of orders .*\n# .*CACHE_TTL_SECONDS.*\nDB_POOL_MAX=2\nLOG_LEVEL=debug\n$/)
  assert.deepEqual(readSettings('orders', file), settings)
  assert.deepEqual(readSettings('orders', '  \r\n# DB_POOL_MAX=3\n LOG_LEVEL = warn \n'), new Map([['LOG_LEVEL', 'warn']]))
})

test('a file that is wrong is refused with the line', () => {
  for (const [file, message] of [
    ['\nDB_POOL=2\n', /^line 2: there is no setting 'DB_POOL': choose DB_POOL_MAX, /],
    ['DB_POOL_MAX\n', /^line 1: DB_POOL_MAX has no value: write DB_POOL_MAX=value/],
    ['DB_POOL_MAX=\n', /^line 1: DB_POOL_MAX has no value/],
    ['DB_POOL_MAX=1\nDB_POOL_MAX=2\n', /^line 2: DB_POOL_MAX appears twice/],
    ['=3', /^line 1: there is no setting ''/],
  ] as const)
    assert.throws(() => readSettings('orders', file), { code: 'bad-request', message })
})

test('only what differs is changed; what is left out gets its default', () => {
  const before = readSettings('orders', 'DB_POOL_MAX=2\nLOG_LEVEL=debug\nCACHE_TTL_SECONDS=1')
  assert.deepEqual(settingsToChange(before, before), [])
  assert.deepEqual(settingsToChange(before, readSettings('orders', 'DB_POOL_MAX=6\nLOG_LEVEL=debug\nRATE_LIMIT_RPS=5')), [
    { key: 'DB_POOL_MAX', value: '6' },
    { key: 'CACHE_TTL_SECONDS', value: '' },
    { key: 'RATE_LIMIT_RPS', value: '5' },
  ])
})

test('the settings of a datastore are in its own file’s format', () => {
  const files = [
    ['postgres', { work_mem: '8MB', synchronous_standby_names: "a 'b', c" }, "work_mem = 8MB\nsynchronous_standby_names = 'a ''b'', c'\n"],
    ['redis', { maxmemory: '1048576', 'maxmemory-policy': 'noeviction' }, 'maxmemory 1048576\nmaxmemory-policy noeviction\n'],
    ['rabbitmq', { 'vm_memory_high_watermark.absolute': '1048576' }, 'vm_memory_high_watermark.absolute = 1048576\n'],
  ] as const
  for (const [name, settings, written] of files) {
    const before = new Map(Object.entries(settings))
    const file = settingsFile(name, before)
    assert.ok(file.endsWith(written), file)
    assert.deepEqual(readSettings(name, file), before)
    assert.throws(() => readSettings(name, 'no_such 1'), {
      code: 'bad-request',
      message: /^line 1: there is no setting 'no_such': choose /,
    })
    assert.throws(() => readSettings(name, `\n${formatOf(name).names[0]}`), { message: /^line 2: \S+ has no value: write / })
  }
  assert.deepEqual(
    readSettings('postgres', "work_mem '16MB' # for the report\nlock_timeout=5s  # short\nautovacuum = on"),
    new Map([
      ['work_mem', '16MB'],
      ['lock_timeout', '5s'],
      ['autovacuum', 'on'],
    ]),
  )
  for (const [name, line, value] of [
    ['postgres', 'Work_Mem=8MB#c', '8MB'],
    ['postgres', "work_mem = 'a' # it's b", 'a'],
    ['postgres', "work_mem = 'it''s # a'", "it's # a"],
    ['redis', 'MAXMEMORY 100mb', '100mb'],
    ['redis', 'maxmemory "1 # 2"', '1 # 2'],
    ['rabbitmq', 'vm_memory_high_watermark.absolute=400MB # more', '400MB'],
  ] as const)
    assert.deepEqual([...readSettings(name, line).values()], [value], line)
  assert.deepEqual(['postgres', 'orders', 'gateway-proxy'].map(storeOf), ['postgres', null, null])
})

test('a setting that was made by other means may stay in the file, or be removed from it', () => {
  const before = new Map([['port', '7']])
  assert.deepEqual(readSettings('postgres', 'port = 7', before), before)
  assert.deepEqual(settingsToChange(before, readSettings('postgres', '', before)), [{ key: 'port', value: '' }])
  assert.throws(() => readSettings('postgres', 'port = 7'), /line 1: there is no setting 'port'/)
})
