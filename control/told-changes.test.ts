import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment, FlagChange } from '../model/range.ts'
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

test('changes of flags are listed with deploys, in the same way', async () => {
  await using served = new ServedBench()
  const { bench } = served
  const { flags } = bench.range
  assert.ok(flags)
  const told = async (query = '') =>
    (await served.read<{ flags: FlagChange[] }>('trainee', `/api/changes${query}`)).flags.map(
      ({ flag, from, to, by }) => `${flag}: ${from} → ${to} by ${by}`,
    )
  const set = async (variant: string, by: string) =>
    flags.apply(flags.baseline().replace('"defaultVariant": "normal"', `"defaultVariant": "${variant}"`), by)

  await bench.start('slow-shelves')
  await bench.pass(1)
  await set('large', 'Robin')
  await set('normal', 'firedrill')
  assert.deepEqual(await told(), ['page-size: normal → large by Robin', 'page-size: large → normal by product team'])
  assert.deepEqual(await told('?service=gateway'), await told())
  assert.deepEqual(await told('?service=orders'), [])
  await bench.engine.finish()
  await bench.start('stuck-checkout')
  assert.deepEqual(await told(), [], 'a restored range has no changes')
})
