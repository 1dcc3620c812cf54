import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { lookAt } from '../../control/look-at.ts'
import { startWhenSteady } from '../../model/start-when-steady.ts'
import { shopComponentNames } from '../../model/components.ts'
import type { ToldDrill } from '../../model/drill.ts'
import { milestoneNames } from '../../model/scenario.ts'
import { until } from '../../model/until.ts'
import { jailTrouble } from '../../shell/possible.ts'
import { base, client, dir, ensureFree, firedrill, json, ok, state } from './test-range.ts'

const skip = (await jailTrouble()) ?? false
before(async () => {
  await ensureFree()
})

const trainee = () => client('trainee')
const start = (scenario: string, variant?: string) =>
  startWhenSteady(trainee(), { scenario, trainee: 'Robin', ...(variant === undefined ? {} : { variant }) }, 60_000)
const view = (id: string) => trainee().get('/api/drills/:id', { id })
const paged = (id: string, withinMs = 60_000) => until('the page', withinMs, async () => (await view(id)).drill.pagedAt !== null)
/** The next one finds the range free, whatever happened to this one. */
async function endIfRunning({ id }: ToldDrill): Promise<void> {
  const { drill } = await until('the control plane', 30_000, () => view(id).catch(() => null))
  if (drill.phase === 'running') await trainee().post('/api/drills/:id/abort', { id })
}

/** A customer writes, and the trace of the ticket is that of the request in the complaint. */
async function ticketLeadsToTrace(drill: string): Promise<void> {
  const ticket = await until('a customer to write', 90_000, async () => {
    const { tickets } = await trainee().get('/api/drills/:id/tickets', { id: drill })
    return tickets[0] ?? null
  })
  const { spans } = await trainee().get('/api/telemetry/traces/:id', { id: ticket.trace })
  const sent = spans.find(({ service }) => service === 'locust')
  assert.deepEqual([sent?.attributes['url.path'], sent?.attributes['user.journey']], [ticket.asked, ticket.journey])
}

test('a drill is played from the page to the debrief by the command line', async () => {
  const drill = await json<ToldDrill>('drill', 'start', 'slow-shelves')
  assert.equal((await firedrill(['drill', 'start', 'slow-shelves', '--dir', dir])).code, 1, 'one drill at a time')
  await assert.rejects(trainee().get('/api/drills/:id/debrief', { id: drill.id }), /when the drill is finished/)
  await paged(drill.id)
  await json('drill', 'ack')
  await json('drill', 'diagnose', '--component', 'redis', '--category', 'cache')
  for (const component of shopComponentNames)
    await trainee().post('/api/drills/:id/views', {
      id: drill.id,
      body: { view: 'trace', component, detail: 'a span that nobody has read' },
    })
  await trainee().get('/api/prometheus/query', { query: { query: `up{service=~"${shopComponentNames.join('|')}"}` } })
  assert.equal((await view(drill.id)).drill.milestones.located, null, 'a guess is not a look')
  await lookAt(trainee(), { view: 'trace', component: 'inventory' })
  assert.notEqual((await view(drill.id)).drill.milestones.located, null)
  await json('drill', 'diagnose', '--component', 'inventory', '--category', 'release', '--because', 'it asks once for each product')
  await json('action', 'run', 'roll-back', '--param', 'service=inventory')
  await until('the drill to be resolved', 90_000, async () => (await view(drill.id)).drill.phase === 'finished')
  const { drill: ended, events } = await view(drill.id)
  assert.equal(ended.outcome, 'resolved')
  for (const milestone of milestoneNames) assert.notEqual(ended.milestones[milestone], null, milestone)
  assert.deepEqual(
    events.filter((event) => event.type === 'cause-named').map((event) => event.correct),
    [false, true],
  )
  const debrief = await trainee().get('/api/drills/:id/debrief', { id: drill.id })
  assert.ok(debrief.score.total > 50 && debrief.score.total < 100, `${debrief.score.total}: a wrong guess costs something`)
  assert.ok(debrief.solution.length > 0)
  assert.match(debrief.text, /N\+1|statements/)
})

/** The output of a command in the shop's terminal; fails if the command does. */
const run = async (command: string): Promise<string> => ok(await firedrill(['shell', '--dir', dir, '--command', command]))

/** Plays a drill that a test has started to its end, only by typing; without a terminal, it ends here. */
async function toTheEndInTerminal(id: string, solve: () => Promise<void>): Promise<void> {
  const drill = async () => (await view(id)).drill
  await paged(id, 90_000)
  const seen = async () => (await client('instructor').get('/api/drills/:id', { id })).events
  const { length: seenBefore } = await seen()
  assert.match(await run('amtool alert query severity=page'), /BudgetBurn|OrdersNotFulfilled/)
  await run('firedrill drill ack')
  await solve()
  await until('the shop to recover', 120_000, async () => (await drill()).outcome === 'resolved')
  const { milestones } = await drill()
  assert.ok(Object.values(milestones).every((at) => at !== null))
  assert.ok(
    (await seen()).slice(seenBefore).some((event) => event.type === 'place-viewed'),
    'what was looked at in the terminal has been seen',
  )
}

describe('a drill whose control plane is killed', () => {
  let drill: ToldDrill
  after(() => endIfRunning(drill))

  test('it resumes the same drill within five seconds, and the shop keeps serving', async () => {
    drill = await start('stuck-checkout')
    await until('the fault to be in', 30_000, async () => (await client('instructor').get('/api/faults')).open.length > 0)
    const before = await view(drill.id)
    const record = state.run('control')
    assert.ok(record)
    process.kill(record.pid, 'SIGKILL')
    const killedAt = Date.now()
    const shop = await fetch(`${base.replace(/0$/, '1')}/api/products?page=1`, { signal: AbortSignal.timeout(5_000) })
    assert.equal(shop.status, 200)
    await until('the control plane', 30_000, async () => (await view(drill.id).catch(() => null))?.drill.phase === 'running')
    assert.ok(Date.now() - killedAt < 5_000, `${Date.now() - killedAt} ms`)
    const after = await view(drill.id)
    assert.deepEqual(after.events.slice(0, before.events.length), before.events)
    await paged(drill.id)
    assert.equal((await client('instructor').get('/api/faults')).open.length, 1, 'the fault stands, once')
    await ticketLeadsToTrace(drill.id)
  })

  test('and it is played to its end in a terminal', { skip }, () =>
    toTheEndInTerminal(drill.id, async () => {
      const blocker = await run(
        `psql -Atc "select pid from pg_stat_activity where pid in (select unnest(pg_blocking_pids(pid)) from pg_stat_activity) and cardinality(pg_blocking_pids(pid)) = 0"`,
      )
      assert.match(blocker.trim(), /^\d+$/)
      await run('firedrill drill diagnose --component postgres --category database')
      await run(`psql -c 'select pg_terminate_backend(${blocker.trim()})'`)
    }),
  )
})

describe('a drill that is watched from the start', () => {
  let drill: ToldDrill
  after(() => endIfRunning(drill))

  test('live events arrive as they happen, and can be resumed', async () => {
    drill = await start('silent-warehouse', 'message')
    const { tokens } = state.config()
    const listen = async (headers: Record<string, string>, enough: RegExp, listening: () => Promise<unknown> = async () => {}) => {
      const response = await fetch(`${base}/api/live`, {
        headers: { authorization: `Bearer ${tokens.trainee}`, ...headers },
        signal: AbortSignal.timeout(60_000),
      })
      let text = ''
      let told: Promise<unknown> | null = null
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString()
        // A listener receives what comes after the first event.
        if (text.includes('event: ')) told ??= listening()
        if (enough.test(text)) break
      }
      await told
      return text
    }
    await trainee().post('/api/drills/:id/notes', { id: drill.id, body: { text: 'first note' } })
    const live = await listen({}, /second note/, () =>
      trainee().post('/api/drills/:id/notes', { id: drill.id, body: { text: 'second note' } }),
    )
    assert.match(live, /event: status/)
    const first = (await view(drill.id)).events.find((event) => event.type === 'note-added')
    assert.ok(first)
    const missed = await listen({ 'last-event-id': String(first.id - 1) }, /second note/)
    assert.match(missed, /first note/)
  })

  test('and it is played to its end in a terminal', { skip }, () =>
    toTheEndInTerminal(drill.id, async () => {
      assert.match(await run('sudo rabbitmqctl -q list_queues name messages consumers'), /^orders\.fulfilment\t[1-9]\d*\t\d+$/m)
      assert.match(
        await run('grep -c "no items\\|items" /var/log/shop/fulfilment.log; tail -n 5 /var/log/shop/fulfilment.log'),
        /fulfilment/,
      )
      await run('firedrill drill diagnose --component fulfilment --category queue')
      await run('firedrill action run quarantine-message')
      await run('firedrill action run roll-back --param service=fulfilment')
    }),
  )
})
