import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { startWhenSteady } from '../../model/start-when-steady.ts'
import type { DrillEvent, DrillState } from '../../model/drill.ts'
import { jailTrouble } from '../../shell/possible.ts'
import { atRest, client, firedrill, dir, ok, until, up } from './test-range.ts'

const skip = (await jailTrouble()) ?? false
before(async () => {
  await up()
  await atRest()
})

/** What a command printed that an on-call engineer runs in the shop's terminal; fails where the command does. */
const run = async (command: string): Promise<string> => ok(await firedrill(['shell', '--dir', dir, '--command', command]))

/** Played by what is typed, and by nothing else but the start. */
async function play(scenario: string, solve: () => Promise<void>): Promise<void> {
  const { id } = await startWhenSteady(client('trainee'), { scenario, trainee: 'terminal', mode: 'learning' }, 60_000)
  const drill = async () => (await client('trainee').get<{ drill: DrillState; events: DrillEvent[] }>(`/api/drills/${id}`)).drill
  await until('the page', 90_000, async () => (await drill()).pagedAt !== null)
  assert.match(await run('amtool alert query severity=page'), /BudgetBurn|OrdersNotFulfilled/)
  await run('firedrill drill ack')
  await solve()
  await until('the shop to recover', 120_000, async () => (await drill()).outcome === 'resolved')
  const { milestones } = await drill()
  assert.ok(Object.values(milestones).every((at) => at !== null))
  const { events } = await client('instructor').get<{ events: DrillEvent[] }>(`/api/drills/${id}`)
  assert.ok(
    events.some((event) => event.type === 'place-viewed'),
    'what was looked at in the terminal has been seen',
  )
  await atRest()
}

test('stuck-checkout, from the page to the end in a terminal', { skip }, () =>
  play('stuck-checkout', async () => {
    const blocker = await run(
      `psql -Atc "select pid from pg_stat_activity where pid in (select unnest(pg_blocking_pids(pid)) from pg_stat_activity) and cardinality(pg_blocking_pids(pid)) = 0"`,
    )
    assert.match(blocker.trim(), /^\d+$/)
    await run('firedrill drill diagnose --component postgres --category database')
    await run(`psql -c 'select pg_terminate_backend(${blocker.trim()})'`)
  }),
)

test('silent-warehouse, from the page to the end in a terminal', { skip }, () =>
  play('silent-warehouse', async () => {
    assert.match(await run('sudo rabbitmqctl -q list_queues name messages consumers'), /^orders\.fulfilment\t[1-9]\d*\t\d+$/m)
    assert.match(await run('grep -c "no items\\|items" /var/log/shop/fulfilment.log; tail -n 5 /var/log/shop/fulfilment.log'), /fulfilment/)
    await run('firedrill drill diagnose --component fulfilment --category queue')
    await run('firedrill action run quarantine-message')
    await run('firedrill action run roll-back --param service=fulfilment')
  }),
)

test('the settings of a service are a file, in a terminal', { skip }, async () => {
  const file = '/etc/shop/payments.env'
  const settings = async () =>
    (await client('instructor').post<{ rows: unknown[] }>('/api/actions/list-settings', { params: { service: 'payments' } })).rows
  assert.match(await run(`cat ${file}`), /sudoedit/)
  assert.match(await run(`sudo cat ${file}`), /^# Settings of payments/)
  assert.match(await run(`echo DB_POOL_MAX=5 | sudo tee ${file}`), /DB_POOL_MAX of payments: default → 5\npayments was restarted/)
  assert.deepEqual(await settings(), [{ key: 'DB_POOL_MAX', value: '5' }])
  const wrong = await firedrill(['shell', '--dir', dir, '--command', `echo DB_POOL=5 | sudo tee ${file}`])
  assert.equal(wrong.code, 1)
  assert.match(wrong.stdout, /line 1: there is no setting 'DB_POOL'/)
  assert.match(await run(`EDITOR="sed -i s/=5/=7/" sudoedit ${file}`), /5 → 7/)
  assert.match(await run(`EDITOR=true sudo -e ${file}`), /nothing has changed/)
  assert.match((await firedrill(['shell', '--dir', dir, '--command', `sudo rm ${file}`])).stdout, /may not run rm on it: 'sudoedit/)
  await run(`EDITOR="sed -i /POOL_MAX=/d" sudoedit ${file}`)
  const policy = await run('sudo cat /etc/shop/mesh.yaml')
  assert.match(policy, /^kind: DestinationRule$/m)
  const editor = 'EDITOR="sed -i s/^kind:.*/kind:_Nothing/"'
  const broken = await firedrill(['shell', '--dir', dir, '--command', `${editor} sudoedit /etc/shop/mesh.yaml`])
  assert.equal(broken.code, 1)
  assert.match(broken.stdout, /mesh\.yaml: .*line \d+/)
  assert.equal(await run('EDITOR=true sudoedit /etc/shop/mesh.yaml; sudo cat /etc/shop/mesh.yaml'), `nothing has changed\n${policy}`)
  assert.deepEqual(await settings(), [])
  await atRest()
})
