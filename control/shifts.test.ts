import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drillView } from './drill-view.ts'
import { shifts } from './replay/engine-bench.ts'
import type { Scenario } from '../model/scenario.ts'
import { Sunday, type View } from '../test/sunday.ts'
import { ServedBench } from './replay/served-bench.ts'
import type { IncidentView } from '../model/routes/drills.ts'
import type { ShiftDebrief } from '../model/debrief.ts'

const reached = ({ milestones }: IncidentView): string[] => Object.entries(milestones).flatMap(([name, at]) => (at === null ? [] : [name]))

test('a shift shows its trainee an incident when it has paged, and never its cause', async () => {
  await using sunday = await new Sunday().start()
  const calm = await sunday.view()
  assert.deepEqual([calm.title, calm.incidents, calm.runbooks], ['A quiet Sunday', [], []])
  assert.match(calm.story, /Not everything that pages you needs you/)
  await sunday.break('browsing')
  const { incidents, drill, events } = await sunday.view()
  assert.deepEqual(
    incidents.map(({ number, title, pages, over }) => [number, title, pages.map(({ name, firing }) => [name, firing]), over]),
    [[1, null, [['BrowseLatencyBudgetBurn', true]], false]],
  )
  for (const secret of ['slow-shelves', 'two-truths', 'prices-by-hand', 'bad-release'])
    assert.ok(!JSON.stringify({ drill, events, incidents }).includes(secret), secret)
  assert.deepEqual(
    (await sunday.view('instructor')).incidents.map(({ title }) => title),
    ['Slow shelves'],
  )
})

test('each incident recovers separately, and commands apply to the selected one', async () => {
  await using sunday = await new Sunday().start()
  await sunday.break('browsing', 'prices')
  assert.deepEqual((await sunday.view()).incidents.map(reached), [[], []])
  await sunday.ok('trainee', 'acknowledge', { incident: 2 })
  assert.deepEqual((await sunday.view()).incidents.map(reached), [[], ['acknowledged']])
  const cause = (incident: number | undefined, component: string, category: string) =>
    sunday.ok('trainee', 'cause', { component, category, ...(incident === undefined ? {} : { incident }) })
  assert.deepEqual(await cause(1, 'catalog', 'database'), { correct: false })
  assert.deepEqual(await cause(1, 'inventory', 'release'), { correct: true })
  const unclear = await sunday.served.ask('trainee', 'POST', `/api/drills/${sunday.drill}/cause`, {
    component: 'inventory',
    category: 'release',
  })
  assert.equal(unclear.status, 400)
  assert.match(unclear.text, /say which incident is meant: 1, 2/)
  await sunday.mend('browsing')
  // Prices are still wrong, and their page still fires.
  const [first, second] = (await sunday.view()).incidents
  assert.ok(first && second)
  assert.deepEqual([reached(first).includes('recovered'), first.wrongCauses, first.pages[0]?.firing], [true, 1, false])
  assert.deepEqual([reached(second), second.pages[0]?.firing], [['acknowledged'], true])
  assert.equal((await sunday.view()).drill.phase, 'running')
  await sunday.ok('trainee', 'acknowledge')
  assert.equal((await sunday.view()).incidents[0]?.over, true, 'found out, healthy, and acknowledged')
  // The other one is the only one left: its number is optional.
  assert.deepEqual(await cause(undefined, 'rabbitmq', 'queue'), { correct: false })
  assert.equal((await sunday.view()).incidents[1]?.wrongCauses, 1)
})

test('a shift ends when everything is done and the note is written; its debrief has each incident', async () => {
  await using sunday = await new Sunday().start()
  await sunday.break('browsing', 'prices')
  await sunday.ok('trainee', 'acknowledge')
  const early = await sunday.served.ask('trainee', 'GET', `/api/drills/${sunday.drill}/shift`)
  assert.equal(early.status, 409, early.text)
  const { drill: now, events: so } = await sunday.view()
  assert.equal(now.milestones.acknowledged, null, 'that every incident is acknowledged would tell that no more come')
  assert.ok(so.every((event) => event.type !== 'milestone-reached' || event.incident !== undefined))
  await sunday.ok('trainee', 'cause', { component: 'inventory', category: 'release', incident: 1 })
  await sunday.mend('browsing')
  const { cause } = await sunday.served.read<Pick<Scenario, 'cause'>>('instructor', '/api/scenarios/two-truths/plan')
  await sunday.ok('trainee', 'cause', { component: cause.component, category: cause.category, incident: 2 })
  await sunday.mend('prices')
  assert.equal((await sunday.view()).drill.phase, 'running', 'the note for the next shift is missing')
  await sunday.ok('trainee', 'handovers', {
    broken: 'Nothing any more.',
    hurt: 'Browsing was slow.',
    since: '13:05',
    tried: 'Inventory was rolled back.',
    doing: 'Nothing.',
    next: 'Look at the old rules.',
  })
  await sunday.pass(3)
  const { drill, events } = await sunday.view()
  assert.deepEqual([drill.phase, drill.outcome], ['finished', 'resolved'])
  const praised = events.flatMap((event) => (event.type === 'coach-said' ? [event.incident] : []))
  assert.ok(praised.length > 0 && !praised.includes(undefined), 'what an incident has reached is praised, and not once more for the shift')
  const debrief = await sunday.served.read<ShiftDebrief>('trainee', `/api/drills/${sunday.drill}/shift`)
  assert.deepEqual(
    debrief.incidents.map(({ number, debrief: { title } }) => [number, title]),
    [
      [1, 'Slow shelves'],
      [2, 'Two truths'],
    ],
  )
  assert.deepEqual([debrief.triage.points, debrief.triage.findings.map(({ ok }) => ok)], [15, [true]])
  assert.equal(debrief.handover.points, 5)
  assert.ok(debrief.total > 60 && debrief.total <= 100, String(debrief.total))
  assert.deepEqual(
    debrief.noise.map(({ pages }) => pages),
    [0, 0],
  )
  assert.deepEqual(debrief.missed, [])
  const { shifts } = await sunday.served.read<{ shifts: { id: string; plays: number; best: { score: number } | null }[] }>(
    'trainee',
    '/api/shifts',
  )
  assert.deepEqual(
    shifts.filter(({ plays }) => plays > 0).map(({ id, best }) => [id, best?.score]),
    [['quiet-sunday', debrief.total]],
  )
  const other = await sunday.served.ask('trainee', 'GET', `/api/drills/${sunday.drill}/debrief`)
  assert.equal(other.status, 400)
  assert.match(other.text, /this is a shift/)
})

test('an action that makes a ticket worse counts as harmful, though no incident is open', async () => {
  await using thursday = await new Sunday().start({ shift: 'release-day' })
  await thursday.skip()
  thursday.served.bench.engine.response.view('deploys', 'catalog', 'deploys of catalog')
  for (const [action, params] of Object.entries({ 'roll-back': { service: 'catalog' }, 'end-canary': {} }))
    assert.equal((await thursday.served.ask('trainee', 'POST', `/api/actions/${action}`, { params })).status, 200)
  assert.deepEqual((await thursday.view('instructor')).incidents, [])
  await thursday.ok('trainee', 'finish')
  const { forestalled, events } = await thursday.served.read<ShiftDebrief & Pick<View, 'events'>>(
    'trainee',
    `/api/drills/${thursday.drill}/shift`,
  )
  assert.deepEqual(forestalled, ['One in ten'])
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'action-run' ? [[event.action, event.harmful !== null]] : [])),
    [
      ['roll-back', true],
      ['end-canary', false],
    ],
  )
})

test('a trainee who handles the less urgent incident first is told so', async () => {
  await using sunday = await new Sunday().start()
  await sunday.break('browsing', 'prices')
  await sunday.mend('prices')
  await sunday.ok('trainee', 'finish')
  const { triage, incidents } = await sunday.served.read<ShiftDebrief>('trainee', `/api/drills/${sunday.drill}/shift`)
  assert.equal(triage.points, 0)
  assert.match(
    triage.findings[0]?.text ?? '',
    /'Slow shelves' and 'Two truths' were open at the same time, and 'Two truths' was mitigated first\./,
  )
  assert.deepEqual(
    incidents.map(({ debrief: { drill } }) => drill.outcome),
    ['given-up', 'resolved'],
  )
})

test('the coach helps with the most urgent incident, or the one asked about', async () => {
  await using sunday = await new Sunday().start()
  await sunday.break('browsing', 'prices')
  await sunday.ok('trainee', 'hint')
  await sunday.ok('trainee', 'hint', { incident: 2 })
  const { incidents, events } = await sunday.view()
  assert.deepEqual(
    incidents.map(({ hints }) => hints),
    [1, 1],
  )
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'hint-given' ? [event.incident] : [])),
    [1, 2],
  )
  const unknown = await sunday.served.ask('trainee', 'POST', `/api/drills/${sunday.drill}/hint`, { incident: 3 })
  assert.deepEqual([unknown.status, /no incident 3 has paged: choose 1, 2/.test(unknown.text)], [404, true])
})

test('between incidents the coach helps with nothing, whatever noise has paged', async () => {
  await using sunday = await new Sunday().start()
  await sunday.skip()
  sunday.alert('CheckoutLatencyBudgetBurn', 'firing')
  await sunday.pass(20)
  assert.deepEqual(await sunday.ok('instructor', 'hint'), { given: false, waitMs: 0 })
  await sunday.pass(300)
  const { events, incidents } = await sunday.view()
  assert.deepEqual(
    incidents.map(({ number, title, place }) => [number, title, place]),
    [[1, null, null]],
  )
  assert.deepEqual(
    events.filter(({ type }) => type === 'hint-given' || type === 'coach-said'),
    [],
  )
})

test('a trainee who asks about noise is told once how to recognise that it needs no action', async () => {
  await using sunday = await new Sunday().start()
  await sunday.skip()
  sunday.alert('CheckoutLatencyBudgetBurn', 'firing')
  await sunday.pass(2)
  const ask = async (body?: object) => ((await sunday.ok('trainee', 'hint', body)) as { given: boolean }).given
  assert.deepEqual([await ask(), await ask({ incident: 1 })], [true, false], 'first, as of any incident, that it is to be acknowledged')
  await sunday.ok('trainee', 'acknowledge', { incident: 1 })
  assert.deepEqual([await ask({ incident: 1 }), await ask()], [true, false])
  const { events, incidents } = await sunday.view()
  const hints = events.flatMap((event) => (event.type === 'hint-given' ? [event] : []))
  assert.deepEqual(
    hints.map(({ milestone, incident }) => [milestone, incident]),
    [
      ['acknowledged', 1],
      ['located', 1],
    ],
  )
  assert.match(hints[1]?.text ?? '', /whether users feel it/)
  assert.equal(incidents[0]?.hints, 2)
  await sunday.ok('trainee', 'finish')
  const { triage } = await sunday.served.read<ShiftDebrief>('trainee', `/api/drills/${sunday.drill}/shift`)
  assert.deepEqual(triage.findings, [{ ok: true, share: 1, text: 'Incident 1 was noise. You changed nothing because of it.' }])
})

test('noise looks like an incident until it and the shift are over', async () => {
  await using sunday = await new Sunday().start()
  await sunday.skip()
  sunday.alert('CheckoutLatencyBudgetBurn', 'firing')
  await sunday.pass(2)
  await sunday.ok('trainee', 'acknowledge', { incident: 1 })
  // A cause for noise is as wrong as any other.
  assert.deepEqual(await sunday.ok('trainee', 'cause', { component: 'payments', category: 'third-party' }), { correct: false })
  sunday.alert('CheckoutLatencyBudgetBurn', 'resolved')
  await sunday.skip()
  sunday.broken.add('browsing')
  await sunday.pass(8)
  sunday.alert('BrowseLatencyBudgetBurn', 'firing')
  await sunday.pass(2)
  const { incidents } = await sunday.view()
  assert.deepEqual(
    incidents.map((incident) => [incident.number, incident.over, reached(incident)]),
    [
      [1, true, ['acknowledged']],
      [2, false, []],
    ],
  )
  const likeness = incidents.map(({ pars, startedAt, pagedAt, ...rest }) => [Object.keys(rest).toSorted(), pars, startedAt === pagedAt])
  assert.deepEqual(likeness[0], likeness[1])
  const { runbooks } = await sunday.view()
  assert.deepEqual(runbooks, [], 'which are there would tell whether an incident is open')
  // What is counted for noise is counted for incidents, too.
  await sunday.ok('trainee', 'cause', { component: 'payments', category: 'third-party', incident: 2 })
  assert.deepEqual(
    (await sunday.view()).incidents.map(({ wrongCauses }) => wrongCauses),
    [1, 1],
  )
  await sunday.ok('trainee', 'finish')
  const { incidents: after } = await sunday.view()
  assert.deepEqual(
    after.map(({ number, title }) => [number, title]),
    [
      [1, 'Noise'],
      [2, 'Slow shelves'],
    ],
  )
})

test('after a restart of the control plane, a shift continues with all its incidents', async () => {
  await using sunday = await new Sunday().start()
  await sunday.break('browsing', 'prices')
  await sunday.ok('trainee', 'acknowledge', { incident: 1 })
  const before = (await sunday.view()).incidents
  const { bench } = sunday.served
  bench.restart(sunday.again())
  await bench.engine.resume()
  const [events, state] = [bench.events(sunday.drill), bench.state(sunday.drill)]
  assert.ok(events.some(({ type }) => type === 'control-resumed'))
  assert.deepEqual(drillView(state, events, shifts.get('quiet-sunday')?.played, 'trainee').incidents, before)
  bench.engine.response.nameCause('inventory', 'release', '', undefined, 1)
  assert.notEqual(
    bench.events(sunday.drill).findLast(({ type }) => type === 'milestone-reached'),
    undefined,
  )
})

const refused: Record<string, [object, number, RegExp]> = {
  'a shift that there is not': [{ shift: 'nowhere' }, 404, /there is no shift 'nowhere': choose /],
  'a shift with a scenario': [{ shift: 'quiet-sunday', scenario: 'slow-shelves' }, 400, /leave out 'scenario'/],
  'a shift whose incidents somebody chooses': [{ shift: 'quiet-sunday', seed: 1 }, 403, /leave out 'seed'/],
  'a shift as a scenario': [{ scenario: 'quiet-sunday' }, 400, /is a shift: give it as 'shift'/],
}
for (const [what, [body, status, message]] of Object.entries(refused))
  test(`refused: ${what}`, async () => {
    await using served = new ServedBench({ rated: false })
    const answer = await served.ask('trainee', 'POST', '/api/drills', body)
    assert.deepEqual([answer.status, message.test(answer.text)], [status, true], answer.text)
  })
