import assert from 'node:assert/strict'
import { test } from 'node:test'
import { usualUsers } from '../model/range.ts'
import { asRead } from './as-read.ts'
import { projectRoot } from './paths.ts'
import { paperRange } from './replay/paper-range.ts'

const newRange = () => paperRange(projectRoot, usualUsers)
const edited = (yaml: string, by: string) => `# ${by}\n${yaml}`

test('a policy is replaced if it is still as it was read, and refused when somebody else has changed it since', async () => {
  const range = newRange()
  const mine = asRead(range)
  const read = await mine.range.mesh.policy()
  await mine.range.mesh.apply(edited(read, 'mine'), 'me')
  await mine.range.mesh.apply(edited(read, 'mine again'), 'me')
  assert.equal(mine.wasOutdated(), false)
  await range.mesh.apply(edited(read, 'theirs'), 'they')
  await assert.rejects(mine.range.mesh.apply(edited(read, 'mine'), 'me'), { code: 'outdated' })
  assert.equal(mine.wasOutdated(), true)
  assert.equal(await range.mesh.policy(), edited(read, 'theirs'))
})

test('the same holds for the settings of each service, independently', async () => {
  const range = newRange()
  const mine = asRead(range)
  await mine.range.config.get('orders')
  await mine.range.config.get('catalog')
  await range.config.set('orders', { DB_POOL_MAX: '1' }, 'they')
  await assert.rejects(mine.range.config.set('orders', {}, 'me'), { code: 'outdated' })
  await mine.range.config.set('catalog', { DB_POOL_MAX: '2' }, 'me')
  await mine.range.config.set('catalog', { DB_POOL_MAX: '3' }, 'me')
  assert.deepEqual([await range.config.get('orders'), await range.config.get('catalog')], [{ DB_POOL_MAX: '1' }, { DB_POOL_MAX: '3' }])
})

test('without a previous read, anything is replaced; a failure for another reason is not `outdated`', async () => {
  const range = newRange()
  const mine = asRead(range)
  await range.mesh.apply(edited(range.mesh.baseline(), 'theirs'), 'they')
  await mine.range.mesh.apply(range.mesh.baseline(), 'me')
  range.config.set = async () => {
    throw new Error('the agent is away')
  }
  await assert.rejects(mine.range.config.set('orders', {}, 'me'), /the agent is away/)
  assert.equal(mine.wasOutdated(), false)
})
