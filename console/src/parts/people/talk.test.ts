import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DrillEvent } from '../../../../model/drill.ts'
import { callIn, talkIn, unreadIn } from './talk.ts'

// Safe: the other fields are not used here.
const event = (id: number, more: Record<string, unknown>) => ({ id, drill: 'd', at: id, ...more }) as unknown as DrillEvent
const said = (id: number, person: string, via = 'chat') => event(id, { type: 'person-said', person, via, text: '' })
const talk = talkIn([
  said(1, 'support-lead'),
  event(2, { type: 'person-asked', person: 'support-lead', text: '' }),
  event(3, { type: 'note-added', text: '' }),
  said(4, 'head-of-sales', 'phone'),
  said(5, 'support-lead'),
])

test('unread messages are counted for each person, without one’s own', () => {
  assert.equal(talk.length, 4)
  assert.deepEqual(unreadIn(talk, {}), { 'support-lead': 2, 'head-of-sales': 1 })
  assert.deepEqual(unreadIn(talk, { 'support-lead': 2, 'head-of-sales': 4 }), { 'support-lead': 1 })
})

test('a call rings until it is answered, and a chat message never does', () => {
  assert.equal(callIn(talk, {})?.person, 'head-of-sales')
  assert.equal(callIn(talk, { 'head-of-sales': 4 }), null)
})
