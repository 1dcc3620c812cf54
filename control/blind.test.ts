import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCause } from '../drills/milestones.ts'
import { isPlayable, loadScenarios } from '../drills/scenarios.ts'
import { foldDrill, type DrillState } from '../model/drill.ts'
import { ruleGroups } from '../observability/rules/index.ts'
import { timings } from '../observability/timing.ts'
import { drillView } from './drill-view.ts'
import { tools } from './mcp/tools.ts'
import { projectRoot } from './paths.ts'
import { LiveTelling } from './told.ts'
import { guess } from './replay/guesser.ts'
import { ServedBench } from './replay/served-bench.ts'

const scenarios = loadScenarios(`${projectRoot}/scenarios`)

/** Starts a drill as a client does. */
async function begin(served: ServedBench, body: object): Promise<DrillState> {
  await served.bench.pass(20)
  const { status, text } = await served.ask('trainee', 'POST', '/api/drills', body)
  assert.equal(status, 201, text)
  return JSON.parse(text) as DrillState
}

/** Every answer to a GET with the trainee's token, by its URL. */
async function everyAnswer(served: ServedBench, drills: readonly string[]): Promise<[address: string, text: string][]> {
  const { paths } = await served.read<{ paths: Record<string, Record<string, unknown>> }>('instructor', '/api/openapi.json')
  const addresses = Object.entries(paths)
    .filter(([address, methods]) => 'get' in methods && !['/api/live', '/api/lease'].includes(address))
    .flatMap(([address]) => (address.startsWith('/api/drills/{id}') ? drills.map((id) => address.replace('{id}', id)) : [address]))
    .filter((address) => !address.includes('{'))
  assert.ok(addresses.includes('/api/scenarios') && addresses.includes('/api/progress') && addresses.length > 20)
  const answers: [string, string][] = []
  for (const address of addresses) answers.push([address, (await served.ask('trainee', 'GET', address)).text])
  return answers
}

test('nothing that a trainee can read about a blind drill contains its scenario’s id or title, until it is over', async () => {
  await using served = new ServedBench()
  const { bench } = served
  const { title } = scenarios.get('slow-shelves') as { title: string }
  const before = await begin(served, { scenario: 'slow-shelves' })
  await bench.engine.finish()
  const live: unknown[] = []
  const telling = new LiveTelling(bench.ledger)
  bench.engine.live.on('event', (event) => live.push(telling.event(event)))
  const drill = await begin(served, { scenario: 'slow-shelves', blind: true })
  await bench.pass(8)
  bench.fire('page', { notifies: true })
  await bench.pass(1)
  for (const [address, text] of await everyAnswer(served, [before.id, drill.id]))
    for (const secret of ['slow-shelves', title]) assert.ok(!text.includes(secret), `${address} tells ${secret}`)
  assert.ok(live.length > 1 && !JSON.stringify(live).includes('slow-shelves'))
  const told = await served.read<{ title: string; runbooks: unknown[]; pars: object; story: string }>('trainee', `/api/drills/${drill.id}`)
  assert.deepEqual([told.title, told.runbooks, told.pars, told.story], [`Drill ${drill.number}`, [], {}, ''])
  const mcp = served.trainee
  for (const name of ['list_scenarios', 'get_drill', 'list_changes', 'get_mesh_policy', 'list_actions']) {
    const answer = JSON.stringify(await tools.find((tool) => tool.name === name)?.run(mcp, { events: 100 }))
    assert.ok(!answer.includes('slow-shelves') && !answer.includes(title), name)
  }
  assert.match((await served.ask('instructor', 'GET', `/api/drills/${drill.id}`)).text, /slow-shelves/)

  await bench.engine.finish()
  const after = await served.read<{ title: string; drill: DrillState; events: unknown }>('trainee', `/api/drills/${drill.id}`)
  assert.deepEqual([after.title, after.drill.scenario], [title, 'slow-shelves'])
  assert.match(JSON.stringify(after.events), /slow-shelves/)
})

test('no earlier drill can be read meanwhile: refusing a single one would reveal what is played', async () => {
  await using served = new ServedBench()
  const same = await begin(served, { scenario: 'slow-shelves' })
  await served.bench.engine.finish()
  const other = await begin(served, { scenario: 'stuck-checkout' })
  await served.bench.engine.finish()
  await begin(served, { scenario: 'slow-shelves', blind: true })
  const answers = await Promise.all([same, other].map(({ id }) => served.ask('trainee', 'GET', `/api/drills/${id}/debrief`)))
  assert.deepEqual(answers[0], answers[1])
  assert.equal(answers[0]?.status, 409)
  await served.bench.engine.finish()
})

test('an assessment, a surprise and a drill of a game day are blind, and a rehearsal is not', async () => {
  await using served = new ServedBench()
  const { engine } = served.bench
  const hidden = async (body: object) => {
    const { scenario, blind } = await begin(served, body)
    await engine.finish()
    return blind && scenario === ''
  }
  assert.equal(await hidden({ scenario: 'slow-shelves' }), false)
  assert.equal(await hidden({ scenario: 'slow-shelves', mode: 'assessment' }), true)
  assert.equal(await hidden({}), true)
  await served.bench.pass(20)
  const day = await served.ask('instructor', 'POST', '/api/game-days', { title: 'Friday', scenarios: ['slow-shelves'] })
  const { id } = JSON.parse(day.text) as { id: string }
  await served.ask('instructor', 'POST', `/api/game-days/${id}/next`)
  const { text } = await served.ask('trainee', 'GET', '/api/game-day')
  assert.match(text, /"title":"Drill \d+"/)
  assert.ok(!text.includes('low'), text)
  await engine.finish()
  assert.equal((await engine.start('slow-shelves', { mode: 'rehearsal', trainee: 'verify', blind: true })).blind, false)
  await engine.finish()
})

test('a surprise has the requested difficulty', async () => {
  await using served = new ServedBench()
  const { id } = await begin(served, { difficulty: 'advanced' })
  assert.equal(scenarios.get(served.bench.state(id).scenario)?.difficulty, 'advanced')
  await served.bench.engine.finish()
})

const started = {
  type: 'drill-started',
  mode: 'learning',
  trainee: 'somebody',
  seed: 1,
  number: 7,
  usersBefore: null,
  fingerprint: '',
} as const

/** The text of an alert on the pager, with its placeholders filled in as by Prometheus. */
const summaryOf = (alert: string): string =>
  ruleGroups(timings.drill)
    .flatMap(({ rules }) => rules)
    .flatMap((rule) => ('alert' in rule && rule.alert === alert ? [rule.annotations['summary'] ?? ''] : []))[0] ?? ''

test('a player who knows the catalogue by heart names the cause of at most 15 % of blind drills', () => {
  const cards = [...scenarios.values()].filter((scenario) => isPlayable(scenario, { lacks: ['cluster'] }))
  const named = (blind: boolean): number =>
    cards.filter((scenario) => {
      const events = [{ id: 1, drill: 'd', at: 0, ...started, scenario: scenario.id, limitMs: scenario.limit, blind }]
      const state = foldDrill(events)
      assert.ok(state)
      const [page] = scenario.alerts.expected
      const told = `${JSON.stringify(drillView(state, events, scenario, 'trainee'))} ${page?.name} ${summaryOf(page?.name ?? '')}`
      const { component, category } = guess(told, cards)
      return isCause(scenario, component, category)
    }).length / cards.length
  // Most scenarios with variants have a title that fits several causes.
  assert.ok(named(false) > 0.3, `with titles it names ${named(false)}: it is no guesser worth keeping out`)
  assert.ok(named(true) <= 0.15, `it names ${named(true)}`)
})
