import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rangeFeatures, type RangeFeature } from '../../model/range.ts'
import { actionById, actions, actionsFor } from './registry.ts'

test('each action is found by its id, and an unknown one is refused with the list', () => {
  for (const action of actions) assert.equal(actionById(action.id), action)
  assert.equal(new Set(actions.map(({ id }) => id)).size, actions.length)
  assert.throws(() => actionById('no-such'), {
    code: 'not-found',
    message: /^there is no action 'no-such': choose list-releases, .*, set-autoscaler$/,
  })
  assert.throws(() => actionById(''), { code: 'not-found' })
})

test('an action is offered unless the range lacks what it needs', () => {
  assert.deepEqual(actionsFor({ lacks: [] }), actions)
  for (const feature of rangeFeatures) {
    const offered = new Set(actionsFor({ lacks: [feature] }).map(({ id }) => id))
    for (const { id, needs = [] } of actions) assert.equal(offered.has(id), !needs.includes(feature), `${id} without ${feature}`)
  }
  const everything: RangeFeature[] = [...rangeFeatures]
  const left = actionsFor({ lacks: everything }).map(({ id }) => id)
  for (const id of ['restart', 'deploy', 'roll-back', 'list-releases']) assert.ok(left.includes(id), id)
  for (const id of ['list-pods', 'apply-manifest', 'end-canary']) assert.ok(!left.includes(id), id)
})

test('an action’s title begins with a verb, and it has a description and an object of parameters', () => {
  for (const { id, title, description, kind, params } of actions) {
    assert.match(title, /^[A-Z]/, id)
    assert.ok(description.length > 10, id)
    assert.ok(kind === 'inspect' || kind === 'change', id)
    assert.equal(params.safeParse('a text').success, false, id)
    assert.equal(params.safeParse(null).success, false, id)
  }
})
