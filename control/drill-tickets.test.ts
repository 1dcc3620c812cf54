import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DrillEvent } from '../model/drill.ts'
import { tickets as tools } from './mcp/tickets.ts'
import { ServedBench } from './replay/served-bench.ts'
import type { Ticket, TicketGroup } from '../model/routes/people.ts'
import type { Debrief } from '../model/debrief.ts'
import { failedCheckout } from '../test/failed-checkout.ts'

interface Listed {
  tickets: Ticket[]
  groups: TicketGroup[]
  templates: { id: string; title: string; text: string }[]
}

/** A drill after this many seconds, in each of which orders have failed. */
async function hurt(served: ServedBench, seconds: number): Promise<string> {
  const { bench } = served
  const drill = await bench.start('slow-shelves')
  for (let second = 0; second < seconds; second++) {
    for (let each = 0; each < 3; each++) bench.kept.push(failedCheckout(bench.kept.length + 1, bench.now))
    await bench.pass(1)
  }
  return drill
}

test('customers’ tickets are listed, answered, linked and closed through the API', async () => {
  await using served = new ServedBench()
  const { bench } = served
  const drill = await hurt(served, 120)
  const list = () => served.read<Listed>('trainee', `/api/drills/${drill}/tickets`)
  const { tickets, groups, templates } = await list()
  assert.ok(tickets.length >= 3, `${tickets.length} tickets`)
  for (const { trace, text, kind } of tickets) {
    assert.ok(bench.kept.some((request) => request.trace === trace))
    assert.equal(kind, 'order-error')
    assert.match(text, /P00012/)
  }
  assert.deepEqual(
    groups.map(({ numbers }) => numbers),
    [tickets.map(({ number }) => number)],
  )
  assert.ok(templates.length >= 4)

  const act = (doing: string, body: object) => served.ask('trainee', 'POST', `/api/drills/${drill}/tickets/${doing}`, body)
  assert.equal((await act('answer', { numbers: [1, 2], template: 'known-problem' })).status, 200)
  assert.equal((await act('link', { numbers: [1] })).status, 200)
  assert.equal((await act('close', { numbers: [1] })).status, 200)
  const [first, second] = (await list()).tickets
  assert.deepEqual([first?.answers[0]?.template, first?.linked, first?.closedAt === null], ['known-problem', true, false])
  assert.deepEqual([second?.answers.length, second?.linked, second?.closedAt], [1, false, null])

  const again = await act('answer', { numbers: [1], template: 'known-problem' })
  assert.deepEqual([again.status, /ticket 1 is closed/.test(again.text)], [409, true])
  const unknown = await act('close', { numbers: [99] })
  assert.deepEqual([unknown.status, /there is no ticket 99/.test(unknown.text)], [404, true])
  assert.equal((await act('answer', { numbers: [2], template: 'shouting' })).status, 400)
  assert.equal((await act('close', { numbers: [] })).status, 400)
  await bench.engine.abort('enough')
  assert.equal((await act('close', { numbers: [2] })).status, 409)
  assert.equal(
    (await list()).tickets.length,
    bench.events(drill).filter(({ type }) => type === 'ticket-opened').length,
    'they can be read afterwards',
  )
})

test('a restarted control plane continues the numbers, and writes no second ticket about a request', async () => {
  await using served = new ServedBench()
  const { bench } = served
  const drill = await hurt(served, 90)
  const before = bench.events(drill).filter(({ type }) => type === 'ticket-opened').length
  bench.restart()
  await bench.engine.resume()
  await bench.pass(60)
  const opened = bench.events(drill).flatMap((event) => (event.type === 'ticket-opened' ? [event] : []))
  assert.ok(opened.length > before, `${opened.length} tickets`)
  assert.deepEqual(
    opened.map(({ number }) => number),
    opened.map((_, index) => index + 1),
  )
  assert.equal(new Set(opened.map(({ trace }) => trace)).size, opened.length)
  await bench.engine.abort('enough')
})

test('an agent reads and handles tickets through MCP', async () => {
  await using served = new ServedBench()
  const drill = await hurt(served, 60)
  const api = served.trainee
  const use = (name: string, input: object) => {
    const found = tools.find((each) => each.name === name)
    assert.ok(found)
    return found.run(api, found.input.parse(input))
  }
  const { tickets } = (await use('list_tickets', {})) as Listed
  assert.ok(tickets.length > 0)
  await use('answer_tickets', { numbers: [1], template: 'checking-the-order' })
  await use('link_tickets', { numbers: [1] })
  await use('close_tickets', { numbers: [1] })
  const did = served.bench.events(drill).flatMap((event) => (event.type === 'tickets-handled' ? [event.did] : []))
  assert.deepEqual(did, ['answered', 'linked', 'closed'])
  await served.bench.engine.abort('enough')
})

test('a list of affected orders is handed in through the API and MCP, and the result is shown only in the debrief', async () => {
  await using served = new ServedBench()
  const { bench } = served
  const query = bench.range.database.query.bind(bench.range.database)
  bench.range.database.query = async <Row extends Record<string, unknown>>(sql: string, params?: unknown[]) =>
    // Safe: the query's column names.
    sql.includes('as must') ? (['aaaaaaaa-1', 'bbbbbbbb-2'].map((id) => ({ id, must: true })) as unknown as Row[]) : query<Row>(sql, params)
  const drill = await bench.start('slow-shelves')
  const path = `/api/drills/${drill}/affected`
  const handIn = (body: object) => served.ask('trainee', 'POST', path, body)
  const orders = ['aaaaaaaa-1', 'cccccccc-3']
  assert.deepEqual(await handIn({ kind: 'not-shipped', orders }), { status: 200, text: '{"listed":2}' })
  const tool = tools.find(({ name }) => name === 'submit_affected_orders')
  assert.ok(tool)
  assert.deepEqual(await tool.run(served.trainee, tool.input.parse({ kind: 'charged-without-order', orders: ['bbbbbbbb-2'] })), {
    listed: 1,
  })
  for (const wrong of [
    { kind: 'lost', orders },
    { kind: 'not-shipped', orders: [] },
    { kind: 'not-shipped', orders: Array.from({ length: 5_001 }, String) },
  ])
    assert.equal((await handIn(wrong)).status, 400)
  const answer = await served.read<{ events: DrillEvent[] }>('trainee', `/api/drills/${drill}`)
  assert.deepEqual(
    answer.events.flatMap(({ type }) => (type.startsWith('affected-') ? [type] : [])),
    ['affected-listed', 'affected-listed'],
    'how many are right would say what to look for',
  )
  await bench.engine.finish()
  assert.equal((await handIn({ kind: 'not-shipped', orders })).status, 409)
  const { affected } = await served.read<Debrief>('trainee', `/api/drills/${drill}/debrief`)
  assert.deepEqual(
    affected.map(({ kind, right, missing, wrong }) => [kind, right, missing, wrong]),
    [
      ['not-shipped', 1, 1, 1],
      ['charged-without-order', 1, 1, 0],
    ],
  )
  assert.match(affected[0]?.query ?? '', /^select .* from orders\.orders/)
})
