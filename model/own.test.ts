import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isKeyOf, ownValue } from './own.ts'

test('a lookup finds what is there, and nothing that every object inherits', () => {
  const ports = { web: 80, none: 0 }
  assert.equal(ownValue(ports, 'web'), 80)
  assert.equal(ownValue(ports, 'none'), 0)
  assert.ok(isKeyOf(ports, 'none'))
  for (const inherited of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
    assert.equal(ownValue<unknown>(ports, inherited), undefined, inherited)
    assert.ok(!isKeyOf(ports, inherited), inherited)
  }
  const parsed: Record<string, unknown> = JSON.parse('{ "__proto__": 1 }')
  assert.equal(ownValue(parsed, '__proto__'), 1)
})
