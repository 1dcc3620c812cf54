import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { DrillEventBody } from '../../model/drill.ts'
import { finitePoints } from '../../model/series.ts'
import type { EngineBench } from './engine-bench.ts'

const components = ['orders', 'catalog', 'inventory', 'payments'] as const

/** Events of a busy drill: commands, notes with graphs, chat, updates and the engine's measurements. */
function bodyOf(index: number, now: number): DrillEventBody {
  const component = components[index % components.length] ?? 'orders'
  const [from, to] = [now / 1_000 - 600, now / 1_000]
  const points = finitePoints(Array.from({ length: 60 }, (_, at) => [from + at * 10, String(Math.sin(at + index))]))
  const graph = { unit: 'seconds' as const, from, to, series: ['p50', 'p99'].map((name) => ({ name, points })) }
  const command = `grep -i error /var/log/shop/${component}.log | tail -n ${index}`
  const bodies = [
    { type: 'command-run', command, folder: '/home/trainee', status: 0, kind: 'inspect', harmful: null, shell: 's1' },
    {
      type: 'note-added',
      text: `I think that it is ${component}`,
      pin: { kind: 'graph', title: 'Latency', href: '/overview', facts: ['1.2 s'], graph },
    },
    { type: 'harm-measured', harm: { good: index * 10, slow: index * 3, failed: index } },
    { type: 'health-changed', healthy: index % 2 === 0, failing: ['users-served-well'] },
    { type: 'said', text: `message ${index} in the chat of the team` },
    { type: 'status-posted', status: 'investigating', text: `Pages are slow. Update ${index}.`, audience: 'customers', nextInMs: 900_000 },
    {
      type: 'action-run',
      action: 'db-activity',
      title: 'Show it',
      kind: 'inspect',
      params: {},
      ok: true,
      summary: '12 sessions',
      harmful: null,
    },
    { type: 'person-asked', person: 'head-of-sales', text: `what do customers say, question ${index}` },
  ] as const satisfies readonly DrillEventBody[]
  return bodies[index % bodies.length] ?? bodies[0]
}

/**
 * Adds this many events of every kind to the running drill, as if hours had passed: in one transaction, because single ones would take half a minute.
 */
export function addEvents(bench: EngineBench, drill: string, count: number): void {
  const db = new DatabaseSync(path.join(bench.dir, 'control', 'ledger.db'))
  const insert = db.prepare('insert into events (drill, at, body) values (?, ?, ?)')
  db.exec('begin')
  for (let index = 0; index < count; index++) insert.run(drill, bench.now, JSON.stringify(bodyOf(index, bench.now)))
  db.exec('commit')
  db.close()
}
