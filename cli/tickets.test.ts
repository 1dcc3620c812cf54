import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { ServedBench } from '../control/replay/served-bench.ts'
import { handleTickets, listTickets, ticketNumbers } from './commands/tickets.ts'
import { failedCheckout } from '../test/failed-checkout.ts'

/** The output meanwhile. */
async function printed(context: TestContext, run: () => Promise<void>): Promise<string> {
  const write = context.mock.method(process.stdout, 'write', () => true)
  try {
    await run()
    return write.mock.calls.map(({ arguments: [text] }) => String(text)).join('')
  } finally {
    write.mock.restore()
  }
}

test('tickets are listed and handled from a terminal', async (context) => {
  await using served = new ServedBench()
  const { bench } = served
  const id = await bench.start()
  const client = served.trainee
  assert.match(await printed(context, () => listTickets(client, id, { json: false })), /no customer has written yet/)
  for (let number = 1; number <= 60; number++) bench.kept.push(failedCheckout(number, bench.now, { status: 502, durationMs: 1200 }))
  await bench.pass(60)
  const numbers = ticketNumbers(['1'])
  const said = await printed(context, () =>
    handleTickets(client, id, numbers, { answer: 'checking-the-order', link: true, close: true, json: false }),
  )
  assert.equal(said, 'ticket 1: answered, linked, closed\n')
  const listed = await printed(context, () => listTickets(client, id, { json: false }))
  assert.match(listed, /Order refused with an error +checkout/)
  assert.match(listed, /#1.*It was product P00012\..*\(closed, answered, linked\)/)
  assert.match(listed, /customer customer-\d+, at [\d:]+ UTC, waited 1\.2 s, trace [0-9a-f]{32}/)
  await bench.engine.abort('enough')
  assert.throws(() => ticketNumbers(['1', 'two']), /'two' is not the number of a ticket: 'firedrill drill tickets' lists them/)
})
