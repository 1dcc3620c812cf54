import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, test } from 'node:test'
import { foldDrill, type DrillEvent, type DrillEventBody } from '../model/drill.ts'
import { DrillSummaries } from './drill-summaries.ts'
import { ledgerSchema } from './ledger-schema.ts'
import { started } from './replay/current-bench.ts'

let db: DatabaseSync
/** How often the events of a drill were read. */
let read: number
beforeEach(() => {
  db = new DatabaseSync(':memory:')
  db.exec(ledgerSchema)
  read = 0
})

const eventsOf = (drill: string): DrillEvent[] =>
  db
    .prepare('select id, at, body from events where drill = ? order by id')
    .all(drill)
    // Safe: only `write` has written them.
    .map(({ id, at, body }) => ({ id: Number(id), drill, at: Number(at), ...(JSON.parse(String(body)) as DrillEventBody) }))
const summaries = () =>
  new DrillSummaries(db, (drill) => {
    read++
    return eventsOf(drill)
  })
function write(drill: string, body: DrillEventBody, at = 1_000): DrillEvent {
  const { lastInsertRowid } = db.prepare('insert into events (drill, at, body) values (?, ?, ?)').run(drill, at, JSON.stringify(body))
  return { id: Number(lastInsertRowid), drill, at, ...body }
}
const wrong: DrillEventBody = { type: 'cause-named', component: 'redis', category: 'cache', sentence: '', correct: false }
const finished: DrillEventBody = { type: 'drill-finished', outcome: 'given-up' }
const kept = () =>
  db
    .prepare('select drill, last_id from summaries')
    .all()
    .map(({ drill, last_id }) => [drill, last_id])

test('a written event is folded in, and the events of the drill are not read again', () => {
  const drills = summaries()
  for (const body of [started, wrong, wrong]) drills.advance(write('one', body))
  assert.equal(drills.state('one')?.wrongCauses, 2)
  assert.equal(read, 0)
  assert.deepEqual(drills.state('one'), foldDrill(eventsOf('one')))
})

test('an event of a drill whose start is unknown does not create a summary', () => {
  write('one', started)
  const drills = summaries()
  drills.advance(write('one', wrong))
  assert.equal(drills.state('one')?.wrongCauses, 1)
  assert.equal(read, 1)
  drills.state('one')
  assert.equal(read, 1, 'from then on it is known')
  drills.advance(write('none', wrong))
  assert.equal(drills.state('none'), null)
  assert.equal(drills.state('never'), null)
})

test('events that another process has written since are in the state', () => {
  const drills = summaries()
  drills.advance(write('one', started))
  write('one', wrong)
  assert.equal(drills.state('one')?.wrongCauses, 1)
  assert.equal(read, 1)
})

test('an event that was rolled back leaves no trace, even if another one gets its number', () => {
  const drills = summaries()
  drills.advance(write('one', started))
  db.exec('begin')
  const event = write('one', wrong)
  drills.advance(event)
  db.exec('rollback')
  drills.forget('one')
  assert.equal(drills.state('one')?.wrongCauses, 0)
  db.exec('begin')
  drills.advance(write('one', wrong))
  db.exec('rollback')
  drills.forget('one')
  assert.equal(write('one', { type: 'note-added', text: 'odd' }).id, event.id)
  assert.equal(drills.state('one')?.wrongCauses, 0)
})

test('the summary of a finished drill is kept for the next process, that of a running one is not', () => {
  const drills = summaries()
  drills.advance(write('ended', started))
  drills.advance(write('runs', started))
  const { id } = write('ended', finished)
  drills.advance(eventsOf('ended').at(-1) ?? assert.fail())
  assert.deepEqual(kept(), [['ended', id]])
  const next = summaries()
  assert.deepEqual(next.state('ended'), foldDrill(eventsOf('ended')))
  assert.equal(read, 0)
  assert.equal(next.state('runs')?.phase, 'running')
  assert.equal(read, 1)
})

test('the summary of a drill that ended in an earlier version is made when first needed, and again after a later event', () => {
  write('one', started)
  const end = write('one', finished)
  summaries().state('one')
  assert.deepEqual(kept(), [['one', end.id]])
  const note = write('one', { type: 'note-added', text: 'odd' })
  assert.equal(summaries().state('one')?.lastEventAt, note.at)
  assert.deepEqual(kept(), [['one', note.id]])
})

test('a summary by another version of the code is not used', () => {
  write('one', started)
  write('one', finished)
  summaries().state('one')
  db.exec(`update summaries set folded = 'otherwise', state = '{"phase": "running"}'`)
  assert.equal(summaries().state('one')?.phase, 'finished')
})

test('if no summary can be written, the state is returned all the same', () => {
  const drills = summaries()
  db.exec(`create trigger full before insert on summaries begin select raise(abort, 'database or disk is full'); end`)
  drills.advance(write('one', started))
  drills.advance(write('one', finished))
  assert.deepEqual([drills.state('one')?.phase, kept()], ['finished', []])
})
