import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client } from '../model/client.ts'
import { inWords } from '../model/read-off.ts'
import { readOff } from './read-off.ts'

const backup = (name: string, check: string) => ({ backup: name, check, restores_from: '2026-03-02T10:00:00.000Z' })

/** A range with this state. */
function showing({ sessions = [], backups = [], logs = [] }: { sessions?: object[]; backups?: object[]; logs?: object[] }) {
  const asked: string[] = []
  const answers = client(async ({ method, path }) => {
    if (method === 'GET') asked.push(path)
    return {
      status: 200,
      text: JSON.stringify(method === 'GET' ? { logs } : { rows: path.endsWith('list-sessions') ? sessions : backups }),
    }
  })
  return { client: answers, asked }
}

test('parameters are unchanged, apart from those that are read from the range', async () => {
  const { client } = showing({})
  assert.deepEqual(await readOff(client, { table: 'inventory.stock', now: 0, until: '$later' }), {
    table: 'inventory.stock',
    now: 0,
    until: '$later',
  })
})

test('the blocking session is one that blocks others and is not blocked itself', async () => {
  const sessions = [
    { pid: 1, blocked_by: '2' },
    { pid: 2, blocked_by: '3, 4' },
    { pid: 3, blocked_by: null },
    { pid: 5, blocked_by: null },
  ]
  assert.deepEqual(await readOff(showing({ sessions }).client, { pid: '$blocker' }), { pid: 3 })
  assert.deepEqual(await readOff(showing({}).client, { pid: '$blocker' }), { pid: 0 })
})

test('the time of a loss is just before the first statement since the first backup that changed data', async () => {
  const at = Date.parse('2026-03-02T10:05:00.000Z')
  const logs = [
    { timeMs: at + 9_000, body: 'statement: delete from inventory.stock' },
    { timeMs: at, body: 'statement: update catalog.products set price_cents = 1' },
    { timeMs: at - 5_000, body: 'duration: 251 ms  statement: delete from orders.outbox' },
    { timeMs: at - 9_000, body: 'statement: select 1' },
  ]
  const { client, asked } = showing({ backups: [backup('b', 'passed')], logs })
  assert.deepEqual(await readOff(client, { until: '$before-loss' }), { until: '2026-03-02T10:04:59.800Z' })
  assert.match(asked[0] ?? '', /service=postgres.*from=1772445600000/)
  await assert.rejects(readOff(showing({ backups: [backup('b', 'passed')] }).client, { until: '$before-loss' }), { code: 'not-found' })
})

test('a checked backup is the newest that passed', async () => {
  const backups = [backup('a', 'passed'), backup('b', 'passed'), backup('c', 'failed'), backup('d', 'not checked')]
  assert.deepEqual(await readOff(showing({ backups }).client, { backup: '$checked-backup' }), { backup: 'b' })
})

test('people read a description of such parameters', () => {
  assert.deepEqual(['$before-loss', '$blocker', 'orders', 3].map(inWords), [
    '(just before the statement)',
    '(the blocking session)',
    'orders',
    '3',
  ])
})
