import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment } from '../model/range.ts'
import { ServedBench } from './replay/served-bench.ts'

test('deploys of earlier drills are hidden from the next trainee, and nobody sees who reverts a fault', async () => {
  await using served = new ServedBench()
  const { bench } = served
  const { releases } = bench.range
  const told = async (role: 'trainee' | 'instructor', query = '') =>
    (await served.read<{ deployments: Deployment[] }>(role, `/api/changes${query}`)).deployments.map(
      ({ service, version, by }) => `${service} ${version} by ${by}`,
    )
  const [, other = ''] = releases
    .list('catalog')
    .map(({ version }) => version)
    .filter((version) => version !== releases.baseline('catalog'))
  const deploy = async (version: string, by: string) => `catalog ${(await releases.deploy('catalog', version, by)).version} by ${by}`

  await bench.start('slow-shelves')
  const earlier = await deploy(other, 'delivery pipeline')
  assert.deepEqual(await told('trainee'), [earlier])
  await bench.engine.finish()
  // The range is restored when the next one starts, at the latest.
  await bench.start('stuck-checkout')
  assert.equal(await releases.current('catalog'), releases.baseline('catalog'))
  const restored = `catalog ${releases.baseline('catalog')} by firedrill`
  assert.deepEqual(await told('instructor'), [earlier, restored])
  assert.deepEqual(await told('trainee'), [])
  assert.deepEqual(await told('trainee', '?service=catalog'), [])

  await bench.pass(1)
  const own = await deploy(other, 'Robin')
  const takenBack = await deploy(releases.baseline('catalog'), 'firedrill')
  assert.deepEqual(await told('trainee'), [own, takenBack.replace('firedrill', 'delivery pipeline')])
  assert.deepEqual(await told('trainee', '?service=catalog'), [own, takenBack.replace('firedrill', 'delivery pipeline')])
  assert.deepEqual(await told('trainee', '?service=orders'), [])
  assert.deepEqual(await told('instructor'), [earlier, restored, own, takenBack])
  await bench.engine.finish()
  // When no drill runs, all of it can be read, as debriefs can.
  assert.deepEqual((await told('trainee')).slice(0, 4), [earlier, restored, own, takenBack])
})
