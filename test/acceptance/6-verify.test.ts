import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { atRest, client, dir, ensureFree, firedrill, playedScenarios, range, state, up } from './test-range.ts'
import { sweepFiles, sweepForExposure, sweepForUsers } from './exposed.ts'
import { sweepBeforePage, sweepForSpoilers } from './spoilers.ts'
import { verifyScenario, type Verification } from '../../control/verify.ts'
import { startWhenSteady } from '../../model/start-when-steady.ts'
import { until } from '../../model/until.ts'
import { measureMachine, patienceFor } from '../../range/machine.ts'
import { withEnvironment } from '../../range/targets/local/identity.ts'

before(async () => {
  await ensureFree()
})

const plans = await playedScenarios()
// Of the drawn scenarios, the command plays one.
const byCommand = plans.at(-1)?.id ?? ''
for (const plan of process.env['FIREDRILL_SCENARIOS'] ? plans : plans.slice(0, -1)) {
  const { id } = plan
  test(`${id} proves itself, and nothing that a trainee can reach reveals its answer`, async (context) => {
    const patience = patienceFor(await measureMachine())
    const result = await verifyScenario(client('instructor'), id, patience, {
      injected: (drill) => sweepBeforePage(plan, drill, context),
      async paged(drill) {
        await sweepForSpoilers(plan, drill)
        sweepForExposure(plan)
      },
    })
    assert.ok(result.ok && result.restored, JSON.stringify(result))
  })
}

test('the command reports what it proves, and refuses an unknown scenario', async () => {
  const { code, stdout, stderr } = await firedrill(['verify', byCommand, '--no-proofs', '--json', '--dir', dir])
  assert.equal(code, 0, `${stdout}${stderr}`)
  const [result] = JSON.parse(stdout) as [Verification]
  assert.equal(result.id, byCommand)
  assert.ok(result.ok && result.secondsToPage !== null && result.secondsToPage <= result.pageBoundSeconds, stdout)
  const unknown = await firedrill(['verify', 'nowhere', '--dir', dir])
  assert.equal(unknown.code, 1)
  assert.match(unknown.stderr, /there is no scenario 'nowhere'/)
})

test('another user of the machine can open no file of the range', () => sweepFiles())

test('the shop runs as a user of its own, who cannot inspect its monitoring', (context) => sweepForUsers(context))

test('after a power cut in a drill, up brings back a healthy range without the fault', async () => {
  await startWhenSteady(client('trainee'), { scenario: 'slow-shelves', trainee: 'Robin' }, 60_000)
  await until('the fault to be in', 30_000, async () => (await range().releases.current('inventory')) === '1.5.0')
  const everything = () => withEnvironment({ FIREDRILL_RANGE: state.config().id })
  assert.ok(everything().length > 15)
  // Repeated until nothing is left: a process that was being started is missing from the list.
  await until('every process to be gone', 10_000, async () => {
    const pids = everything()
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It was killed with its parent.
      }
    }
    return pids.length === 0
  })
  assert.equal((await firedrill(['status', '--dir', dir])).code, 1)
  await up()
  await atRest()
  await until('the release to be rolled back', 60_000, async () => (await range().releases.current('inventory')) === '1.4.0')
  const { open } = await client('instructor').get('/api/faults')
  const { running } = await client('trainee').get('/api/drills')
  assert.deepEqual(open, [])
  assert.equal(running, null)
})

test('down leaves no process', async () => {
  const { id } = state.config()
  assert.equal((await firedrill(['down', '--dir', dir])).code, 0)
  assert.deepEqual(withEnvironment({ FIREDRILL_RANGE: id }), [])
  assert.equal((await firedrill(['down', '--dir', dir])).code, 0, 'down of what is down')
})
