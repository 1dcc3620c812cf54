import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storeOf } from './telemetry.ts'
import { formatValue } from './value.ts'

test('a value is written by its unit, in three digits or so', () => {
  const table: [number | null | undefined, Parameters<typeof formatValue>[1], string][] = [
    [null, 'count', '–'],
    [undefined, 'count', '–'],
    [Number.NaN, 'count', '–'],
    [0, 'count', '0'],
    [0.999, 'seconds', '999 ms'],
    [1, 'seconds', '1 s'],
    [1.234, 'seconds', '1.23 s'],
    [0.0123, 'seconds', '12.3 ms'],
    [0.5, 'ratio', '50 %'],
    [12.34, 'rps', '12.3/s'],
    [10, 'count', '10'],
    [9.999, 'count', '10'],
    [99.95, 'count', '100'],
    [100, 'count', '100'],
    [1234.5, 'count', '1235'],
    [-123.4, 'count', '-123'],
    [3 * 1024 * 1024, 'bytes', '3 MB'],
  ]
  for (const [value, unit, expected] of table) assert.equal(formatValue(value, unit), expected, `${value} ${unit}`)
})

test('the datastore that a span asks is told by old and new conventions', () => {
  const table: [Record<string, unknown>, string | null][] = [
    [{ 'db.system.name': 'postgresql' }, 'postgres'],
    [{ 'db.system': 'redis' }, 'redis'],
    [{ 'messaging.system': 'rabbitmq' }, 'rabbitmq'],
    [{ 'db.system.name': 'postgresql', 'db.system': 'redis' }, 'postgres'],
    [{ 'db.system': 'mysql' }, null],
    [{ 'db.system': 'toString' }, null],
    [{}, null],
  ]
  for (const [attributes, expected] of table) assert.equal(storeOf({ attributes }), expected, JSON.stringify(attributes))
})
