import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flagContextOf, visitorHeaders } from './visitor.ts'

test('headers that say who the customer is are passed on, and no others', () => {
  assert.deepEqual(visitorHeaders({ 'x-visitor': 'v1', 'x-member': 'gold', cookie: 'c' }), { 'x-visitor': 'v1', 'x-member': 'gold' })
  assert.deepEqual(visitorHeaders({ 'x-visitor': ['a', 'b'] }), {})
})

test('a flag is asked for a visitor, and for a level of membership, which is none for guests', () => {
  assert.deepEqual(flagContextOf({ 'x-visitor': 'v1', 'x-member': 'gold' }), { targetingKey: 'v1', member: 'gold' })
  assert.deepEqual(flagContextOf({}), { targetingKey: '', member: 'none' })
})
