import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Progress } from '../model/progress.ts'
import { Sunday } from '../test/sunday.ts'
import { scenarios } from './replay/engine-bench.ts'
import type { ShiftDebrief } from '../model/debrief.ts'

test('incidents of a shift count in the progress of each skill, once the shift is over', async () => {
  await using sunday = await new Sunday().start()
  const progress = () => sunday.served.read<Progress>('trainee', '/api/progress')
  await sunday.break('browsing')
  await sunday.ok('trainee', 'acknowledge')
  await sunday.ok('trainee', 'cause', { component: 'inventory', category: 'release' })
  assert.equal((await progress()).drills, 0, 'it would tell what is played')
  await sunday.mend('browsing')
  await sunday.ok('trainee', 'finish')
  const { drills, skills, steps } = await progress()
  const { incidents } = await sunday.served.read<ShiftDebrief>('trainee', `/api/drills/${sunday.drill}/shift`)
  const [browsing] = incidents
  assert.deepEqual([drills, incidents.length], [1, 1], 'the other one did not begin')
  assert.deepEqual(
    skills.filter(({ scores }) => scores.length > 0).map(({ skill, scores }) => [skill, scores]),
    (scenarios.get('slow-shelves')?.skills ?? []).toSorted().map((skill) => [skill, [browsing?.debrief.score.total]]),
  )
  assert.deepEqual(
    skills.flatMap((skill) => skill.scenarios.filter(({ played }) => played).map(({ id }) => id)).filter((id) => id !== 'slow-shelves'),
    [],
  )
  assert.equal(steps.find(({ milestone }) => milestone === 'recovered')?.reached, 1)
})
