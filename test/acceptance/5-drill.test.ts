import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { before, test } from 'node:test'
import { lookAt } from '../../control/look-at.ts'
import { projectRoot } from '../../control/paths.ts'
import { faults } from '../../drills/faults/registry.ts'
import { shopComponentNames } from '../../model/components.ts'
import type { DrillEvent, DrillState } from '../../model/drill.ts'
import { milestoneNames, type Scenario } from '../../model/scenario.ts'
import { listProcesses } from '../../range/targets/local/identity.ts'
import { atRest, base, client, dir, firedrill, json, playedScenarios, state, until, up } from './test-range.ts'

interface View {
  drill: DrillState
  events: DrillEvent[]
}

before(async () => {
  await up()
  await atRest()
})

const trainee = () => client('trainee')
const start = (scenario: string) => trainee().post<DrillState>('/api/drills', { scenario, trainee: 'Robin' })
const view = (id: string) => trainee().get<View>(`/api/drills/${id}`)
const paged = (id: string) => until('the page', 60_000, async () => (await view(id)).drill.pagedAt !== null)

test('a drill is played from the page to the debrief by the command line', async () => {
  const drill = await json<DrillState>('drill', 'start', 'slow-shelves')
  assert.equal((await firedrill(['drill', 'start', 'slow-shelves', '--dir', dir])).code, 1, 'one drill at a time')
  await assert.rejects(trainee().get(`/api/drills/${drill.id}/debrief`), /when the drill is finished/)
  await paged(drill.id)
  await json('drill', 'ack')
  await json('drill', 'diagnose', '--component', 'redis', '--category', 'cache')
  for (const component of shopComponentNames)
    await trainee().post(`/api/drills/${drill.id}/views`, { view: 'trace', component, detail: 'a span that nobody has read' })
  await trainee().get(`/api/prometheus/query?query=${encodeURIComponent(`up{service=~"${shopComponentNames.join('|')}"}`)}`)
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
  const debrief = await trainee().get<{ score: { total: number; lines: { what: string }[] }; solution: unknown[]; text: string }>(
    `/api/drills/${drill.id}/debrief`,
  )
  assert.ok(debrief.score.total > 50 && debrief.score.total < 100, `${debrief.score.total}: a wrong guess costs something`)
  assert.ok(debrief.solution.length > 0)
  assert.match(debrief.text, /N\+1|statements/)
  await atRest()
})

test('a fix that no scenario wrote down counts as well', async () => {
  const drill = await start('slow-shelves')
  await paged(drill.id)
  // Not the reference solution: an older release still.
  await trainee().post('/api/actions/deploy', { params: { service: 'inventory', version: '1.3.1' } })
  await until('the recovery', 90_000, async () => (await view(drill.id)).drill.milestones.recovered !== null)
  await trainee().post(`/api/drills/${drill.id}/finish`)
  await atRest()
})

test('killed in a drill, the control plane is back in the same drill within five seconds, and the shop serves on', async () => {
  const drill = await start('stuck-checkout')
  await until(
    'the fault to be in',
    30_000,
    async () => (await client('instructor').get<{ open: unknown[] }>('/api/faults')).open.length > 0,
  )
  try {
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
    assert.equal((await client('instructor').get<{ open: unknown[] }>('/api/faults')).open.length, 1, 'the fault stands, once')
  } finally {
    // The next test finds the range free, whatever became of this one.
    await until('the control plane', 30_000, () => view(drill.id).catch(() => null))
    await trainee().post(`/api/drills/${drill.id}/abort`)
    await atRest()
  }
})

test('live events arrive as they happen, and from where they were left', async () => {
  const drill = await start('silent-warehouse')
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
      // What comes after the first event comes to one who listens.
      if (text.includes('event: ')) told ??= listening()
      if (enough.test(text)) break
    }
    await told
    return text
  }
  await trainee().post(`/api/drills/${drill.id}/notes`, { text: 'first note' })
  const live = await listen({}, /second note/, () => trainee().post(`/api/drills/${drill.id}/notes`, { text: 'second note' }))
  assert.match(live, /event: status/)
  const first = (await view(drill.id)).events.find((event) => event.type === 'note-added')
  assert.ok(first)
  const missed = await listen({ 'last-event-id': String(first.id - 1) }, /second note/)
  assert.match(missed, /first note/)
  await trainee().post(`/api/drills/${drill.id}/abort`)
  await atRest()
})

for (const plan of playedScenarios('spoilers')) {
  const { id } = plan
  test(`nothing that a trainee can reach tells the answer of ${id}`, async () => {
    const drill = await start(id)
    let starving: number[] = []
    try {
      await until(
        'the fault to be in',
        60_000,
        async () => (await client('instructor').get<{ open: unknown[] }>('/api/faults')).open.length > 0,
      )
      await paged(drill.id)
      // Who starves whoever is asked is held while all of them are asked for all there is; it is there, and so is its fault.
      starving = starvingJobs()
      for (const pid of starving) process.kill(pid, 'SIGSTOP')
      await trainee().post(`/api/drills/${drill.id}/hint`)
      const released = (await view(drill.id)).drill.hints.map((hint) => hint.text)
      assert.equal(released.length, 1)
      const secrets = secretsOf(plan).filter((secret) => !released.includes(secret))
      for (const [place, text] of await reachable(drill.id)) {
        const told = [...secrets, ...injectedByProxy].filter((secret) => text.includes(secret))
        assert.deepEqual(told, [], `${id}: told by ${place}`)
      }
      // The sweep sees what there is to see: with the instructor's token the answer is there.
      assert.ok((await reachable(drill.id, 'instructor')).some(([, text]) => secrets.some((secret) => text.includes(secret))))
    } finally {
      for (const pid of starving) process.kill(pid, 'SIGCONT')
      // The next test finds the range free, whatever became of this one.
      await trainee().post(`/api/drills/${drill.id}/abort`)
      await atRest()
    }
  })
}

/** By which an Envoy would tell that a fault was injected: flags of its log and its spans, details, and counters. */
const injectedByProxy = [
  'fault_filter_abort',
  'delays_injected',
  'aborts_injected',
  'fault filter',
  '"response_flags":"DI"',
  '"response_flags":"FI"',
  '"flags":"DI"',
  '"flags":"FI"',
]

/** Texts that only the author, the instructor and the debrief may say. */
function secretsOf(plan: Scenario): string[] {
  return [
    ...faults
      .filter((fault) => plan.timeline.some((step) => step.fault === fault.id))
      .flatMap(({ id, title, effect }) => [id, title, effect]),
    ...Object.values(plan.milestones).flatMap((milestone) => Object.values(milestone.hints)),
    ...plan.solution.map((step) => step.why),
    ...plan.harmful.map((action) => action.why),
    plan.debrief.trim().split('\n').at(-1) ?? '',
  ].filter((secret) => secret.length > 3)
}

/** Processes of jobs that take all of the CPU. */
const starvingJobs = (): number[] => commandLines().flatMap(([pid, text]) => (text.includes('shop/jobs/sales-report.ts') ? [pid] : []))

/** Of every process that there is, by its pid. */
const commandLines = (): [number, string][] =>
  listProcesses().flatMap(({ pid }): [number, string][] => {
    try {
      return [[pid, readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')]]
    } catch {
      return []
    }
  })

/** Every answer that a token gets, the console's code, the arguments of processes, the logs. */
async function reachable(drill: string, role: 'trainee' | 'instructor' = 'trainee'): Promise<[string, string][]> {
  const { tokens } = state.config()
  const { paths } = await client('instructor').get<{ paths: Record<string, Record<string, unknown>> }>('/api/openapi.json')
  const fill: Record<string, string[]> = {
    '/api/drills/{id}': [drill],
    '/api/drills/{id}/debrief': [drill],
    '/api/scenarios/{id}/plan': ['slow-shelves', 'stuck-checkout', 'silent-warehouse'],
    '/api/runbooks/{id}': ['browse', 'checkout', 'fulfilment'],
  }
  const addresses = Object.entries(paths)
    .filter(([address, methods]) => 'get' in methods && !['/api/live', '/api/lease'].includes(address))
    .flatMap(([address]) => (address.includes('{id}') ? (fill[address] ?? []).map((id) => address.replace('{id}', id)) : [address]))
    .filter((address) => !address.includes('{'))
  assert.ok(addresses.length > 10)
  const read = async (address: string): Promise<[string, string]> => {
    const response = await fetch(`${base}${address}`, {
      headers: { authorization: `Bearer ${tokens[role]}` },
      // Some scenarios leave little of the machine.
      signal: AbortSignal.timeout(30_000),
    })
    return [address, response.ok ? await response.text() : '']
  }
  const answers = await Promise.all(
    [
      ...addresses,
      '/api/telemetry/logs?limit=1000',
      '/api/telemetry/traces?limit=100',
      '/api/prometheus/rules',
      '/api/prometheus/labels',
      '/api/prometheus/label/__name__/values',
      '/api/mesh/history/0',
    ].map(read),
  )
  // What proxies tell of the requests that passed them.
  const [, found] = await read('/api/telemetry/traces?service=inventory-proxy&limit=6')
  const { traces } = JSON.parse(found) as { traces: { traceId: string }[] }
  assert.ok(traces.length > 0)
  const spans = await Promise.all(traces.map(({ traceId }) => read(`/api/telemetry/traces/${traceId}`)))
  const code = globSync('console/dist/**/*.{js,html,css}', { cwd: projectRoot }).map((file): [string, string] => [
    file,
    readFileSync(path.join(projectRoot, file), 'utf8'),
  ])
  const processes = commandLines().map(([pid, text]): [string, string] => [`the arguments of ${pid}`, text])
  return [...answers, ...spans, ...code, ...processes]
}
