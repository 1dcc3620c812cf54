import assert from 'node:assert/strict'
import { test } from 'node:test'
import { troublesOf } from './troubles.ts'

type Restoration = Parameters<typeof troublesOf>[0]

const left = (...titles: string[]) => ({ left: titles.map((title) => ({ id: title, title })) }) as unknown as Restoration['unrestored']
const troubles = (restoration: Partial<Restoration>, isUnwritable = false) =>
  troublesOf({ unrestored: null, isSlow: false, ...restoration }, { isUnwritable })

test('most of the time nothing stands in the way of drills', () => {
  assert.deepEqual(troubles({}), [])
  assert.deepEqual(troubles({ unrestored: left() }), [], 'nothing was left')
})

test('what could not be restored is named, and comes before a restore that takes long', () => {
  const [trouble = '', ...others] = troubles({ unrestored: left('Load', 'Mesh policy'), isSlow: true })
  assert.match(trouble, /^The range is not as it was before the last drill \(load, mesh policy\)\. /)
  assert.deepEqual(others, [])
})

test('a restore that takes long, and events that cannot be recorded, are told', () => {
  assert.match(troubles({ isSlow: true }).join(), /^The range is still being restored\./)
  const both = troubles({ isSlow: true }, true)
  assert.equal(both.length, 2)
  assert.match(both[1] ?? '', /^Events cannot be recorded/)
})
