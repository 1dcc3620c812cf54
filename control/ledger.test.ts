import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { foldDrill, type DrillEventBody } from '../model/drill.ts'
import { faultMoves, faultState } from '../model/fault.ts'
import { Ledger } from './ledger.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-ledger-'))
after(() => rmSync(dir, { recursive: true, force: true }))

const begun: DrillEventBody = {
  type: 'drill-started',
  scenario: 'slow-shelves',
  mode: 'learning',
  trainee: 'Robin',
  limitMs: 900_000,
  seed: 1,
  usersBefore: null,
  fingerprint: 'x',
}

test('the state of a drill is what its events say, also where no event is read for it', () => {
  {
    using ledger = new Ledger(dir)
    ledger.append('one', begun)
    ledger.append('one', { type: 'cause-named', component: 'redis', category: 'cache', sentence: '', correct: false })
    assert.deepEqual(ledger.drill('one'), foldDrill(ledger.events('one')))
    ledger.append('one', { type: 'drill-finished', outcome: 'given-up' })
    ledger.append('one', { type: 'coach-debriefed', text: 'so it was', words: 'author' })
    ledger.append('two', begun)
    assert.equal(ledger.drill('nobody'), null)
    assert.deepEqual(ledger.drills(), ['two', 'one'])
  }
  using ledger = new Ledger(dir)
  const folded = foldDrill(ledger.events('one'))
  ledger.events = () => assert.fail('it is known without')
  assert.deepEqual(ledger.drill('one'), folded)
  assert.equal(ledger.drill('one')?.wrongCauses, 1)
})

test('a summary that lacks events, or was made by other code, is made again', () => {
  using ledger = new Ledger(dir)
  using beside = new Ledger(dir)
  ledger.drill('one')
  beside.append('one', { type: 'note-added', text: 'later' })
  const last = beside.events('one').at(-1)
  assert.equal(ledger.drill('one')?.lastEventAt, last?.at, 'somebody else has written')
  const db = new DatabaseSync(path.join(dir, 'control', 'ledger.db'))
  db.exec(`update summaries set folded = 'otherwise', state = '{"wrongCauses": 7}'`)
  db.close()
  using anew = new Ledger(dir)
  assert.equal(anew.drill('one')?.wrongCauses, 1)
})

test('an event that moves limits is written with them, or not at all', () => {
  const known = { instance: 'a', fault: 'noop', params: {}, undo: {}, drill: 'moved', state: 'injected', plannedAt: 1 } as const
  const fresh = mkdtempSync(path.join(dir, 'moved-'))
  using ledger = new Ledger(fresh)
  ledger.append('moved', begun)
  ledger.insertFault({ ...known, injectedAt: 1, deadlineAt: 1_000, revertedAt: null, error: null, ramp: null })
  ledger.appendAndExtend('moved', { type: 'time-extended', byMs: 500 }, 500)
  assert.equal(ledger.fault('a')?.deadlineAt, 1_500)
  const before = ledger.drill('moved')
  using other = new DatabaseSync(path.join(fresh, 'control', 'ledger.db'))
  other.exec(`create trigger refuse before insert on events begin select raise(abort, 'no room'); end`)
  assert.throws(() => ledger.appendAndExtend('moved', { type: 'time-extended', byMs: 500 }, 500), /no room/)
  assert.deepEqual([ledger.fault('a')?.deadlineAt, ledger.drill('moved')], [1_500, before])
  assert.deepEqual(ledger.drill('moved'), foldDrill(ledger.events('moved')))
})

test('status updates are found without reading every drill', () => {
  using ledger = new Ledger(dir)
  const [before, now] = [Date.now() - 60_000, Date.now()]
  ledger.append('one', { type: 'status-posted', status: 'investigating', text: 'early' }, undefined, before)
  ledger.append('two', { type: 'status-posted', status: 'resolved', text: 'late' }, undefined, now)
  assert.deepEqual(
    ledger.statusUpdates(before).map(({ text }) => text),
    ['late', 'early'],
  )
  assert.deepEqual(
    ledger.statusUpdates(now).map(({ text }) => text),
    ['late'],
  )
  assert.deepEqual(
    ledger.events('two', ['status-posted']).map(({ type }) => type),
    ['status-posted'],
  )
})

test('a hundred long drills are listed quickly', () => {
  using ledger = new Ledger(dir)
  for (let drill = 0; drill < 100; drill++) {
    ledger.append(`long ${drill}`, begun)
    ledger.append(`long ${drill}`, { type: 'drill-finished', outcome: 'resolved' })
  }
  const db = new DatabaseSync(path.join(dir, 'control', 'ledger.db'))
  db.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)
    insert into events (drill, at, body) select 'another', i, '{"type":"harm-measured","harm":{"good":1,"slow":0,"failed":0}}' from n`)
  db.close()
  const startedAt = performance.now()
  const states = ledger.drills().map((id) => ledger.drill(id))
  assert.ok(states.length >= 100 && states.every((state) => state !== null))
  assert.ok(performance.now() - startedAt < 500, `${performance.now() - startedAt} ms`)
})

test('only a fault that is out is opened again', () => {
  using ledger = new Ledger(mkdtempSync(path.join(dir, 'reopened-')))
  const known = { fault: 'noop', params: {}, undo: {}, drill: null, plannedAt: 1, injectedAt: null, deadlineAt: 2, revertedAt: 3 }
  for (const state of faultState.options) {
    ledger.insertFault({ ...known, instance: state, state, error: null, ramp: null })
    assert.equal(ledger.reopenFault(state), state === 'reverted', state)
    assert.equal(ledger.fault(state)?.state, state === 'reverted' ? 'reverting' : state)
  }
  assert.equal(ledger.fault('reverted')?.revertedAt, null)
  assert.equal(ledger.reopenFault('nothing'), false)
})

test('a fault moves as the table says from every state to every other, and from one that is out to none', () => {
  using ledger = new Ledger(mkdtempSync(path.join(dir, 'moves-')))
  const known = { fault: 'noop', params: {}, undo: {}, drill: null, plannedAt: 1, injectedAt: null, deadlineAt: 2, revertedAt: null }
  for (const from of faultState.options)
    for (const to of faultState.options) {
      const instance = `${from} to ${to}`
      ledger.insertFault({ ...known, instance, state: from, error: null, ramp: null })
      const may = faultMoves[to].some((state) => state === from)
      assert.equal(ledger.moveFault(instance, to, 'why'), may, instance)
      assert.equal(ledger.fault(instance)?.state, may ? to : from, instance)
      assert.equal(ledger.fault(instance)?.error, may ? 'why' : null, instance)
      assert.ok(from !== 'reverted' || !may, instance)
    }
})
