import assert from 'node:assert/strict'
import { globSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test, type TestContext } from 'node:test'
import { foldDrill, type DrillEventBody } from '../model/drill.ts'
import { faultMoves, faultState, type FaultRecord } from '../model/fault.ts'
import type { GameDayEventBody } from '../model/game-day.ts'
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

test('the state of a drill is the fold of its events, also if no event is read for it', () => {
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

test('an event that moves deadlines is written with them, or not at all', () => {
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

test('an event that cannot be committed leaves no trace', (context) => {
  using ledger = new Ledger({ inMemory: 'uncommitted' })
  ledger.append('one', begun)
  const before = ledger.drill('one')
  const { exec } = DatabaseSync.prototype
  const failing = context.mock.method(DatabaseSync.prototype, 'exec', function (this: DatabaseSync, sql: string) {
    if (sql === 'commit') throw new Error('no room')
    exec.call(this, sql)
  })
  assert.throws(() => ledger.appendAndExtend('one', { type: 'time-extended', byMs: 500 }, 500), /no room/)
  failing.mock.restore()
  assert.deepEqual([ledger.drill('one'), ledger.events('one').length], [before, 1])
  ledger.append('one', { type: 'time-extended', byMs: 500 })
  assert.deepEqual(ledger.drill('one'), foldDrill(ledger.events('one')))
})

test('only its owner may read the file', () => {
  const fresh = mkdtempSync(path.join(dir, 'private-'))
  using ledger = new Ledger(fresh)
  ledger.append('one', begun)
  for (const file of globSync('control/ledger.db*', { cwd: fresh }))
    assert.equal(statSync(path.join(fresh, file)).mode & 0o777, 0o600, file)
  assert.equal(statSync(path.join(fresh, 'control')).mode & 0o777, 0o700)
})

test('a closed ledger answers nothing', () => {
  const ledger = new Ledger({ inMemory: 'closed' })
  ledger[Symbol.dispose]()
  assert.throws(() => ledger.openFaults(), /not open|finalized/)
})

test('a prepared statement is reused', (context) => {
  using ledger = new Ledger({ inMemory: 'asked-again' })
  ledger.openFaults()
  const prepared = context.mock.method(DatabaseSync.prototype, 'prepare')
  ledger.openFaults()
  assert.equal(prepared.mock.callCount(), 0)
})

test('the running drill is the latest one, until it is over', () => {
  using ledger = new Ledger({ inMemory: 'running' })
  assert.deepEqual([ledger.runningDrill(), ledger.countDrills()], [null, 0])
  ledger.append('one', begun)
  assert.equal(ledger.runningDrill()?.id, 'one')
  ledger.append('one', { type: 'drill-finished', outcome: 'given-up' })
  assert.equal(ledger.runningDrill(), null)
  ledger.append('two', begun)
  ledger.append('two', { type: 'drill-paused' })
  assert.deepEqual([ledger.runningDrill()?.id, ledger.countDrills(), ledger.drills(1)], ['two', 2, ['two']])
})

test('an event is returned as it is stored, with its actor, and can be counted up to another', () => {
  using ledger = new Ledger({ inMemory: 'events' })
  const robin = { name: 'Robin', role: 'lead' }
  const written = [
    ledger.append('one', begun, undefined, 1_000),
    ledger.append('one', { type: 'note-added', text: 'slow' }, robin, 2_000),
    ledger.appendAndExtend('one', { type: 'time-extended', byMs: 1 }, 1, robin),
  ]
  assert.deepEqual(ledger.events('one'), written)
  assert.deepEqual(ledger.firstEvent('one'), written[0])
  assert.equal(ledger.firstEvent('two'), undefined)
  assert.deepEqual(
    written.map(({ by }) => by),
    [undefined, robin, robin],
  )
  const last = written.at(-1)?.id ?? 0
  assert.deepEqual(
    [ledger.countEvents('one', last, []), ledger.countEvents('one', last - 1, ['note-added']), ledger.countEvents('two', last, [])],
    [3, 1, 0],
  )
})

test('for a drill that was requested, no event is read when another one is written', () => {
  using ledger = new Ledger({ inMemory: 'advanced' })
  ledger.append('one', begun)
  ledger.drill('one')
  ledger.events = () => assert.fail('it is known without')
  ledger.append('one', { type: 'time-extended', byMs: 500 })
  assert.equal(ledger.drill('one')?.limitMs, 900_500)
})

test('updates to customers are found, and those to colleagues are not', () => {
  using ledger = new Ledger({ inMemory: 'told' })
  ledger.append('one', { type: 'status-posted', status: 'investigating', text: 'we look', audience: 'customers' }, undefined, 5)
  ledger.append('one', { type: 'status-posted', status: 'identified', text: 'among us', audience: 'management' }, undefined, 6)
  assert.deepEqual(ledger.statusUpdates(0), [{ at: 5, status: 'investigating', text: 'we look' }])
})

test('the events of a game day are in order, and game days are listed newest first', () => {
  using ledger = new Ledger({ inMemory: 'game-days' })
  const planned: GameDayEventBody = { type: 'planned', title: 'Thursday', scenarios: ['slow-shelves'], mode: 'learning', code: 'x' }
  const first = ledger.appendToGameDay('one', planned, 1_000)
  ledger.appendToGameDay('two', planned, 2_000)
  const ended = ledger.appendToGameDay('one', { type: 'ended' }, 3_000)
  assert.deepEqual(ledger.gameDayEvents('one'), [first, ended])
  assert.deepEqual([first.gameDay, first.at, ended.type], ['one', 1_000, 'ended'])
  assert.deepEqual([ledger.gameDays(), ledger.gameDays(1)], [['two', 'one'], ['two']])
})

test('the last thousand received pages are kept', () => {
  using ledger = new Ledger({ inMemory: 'pages' })
  const alert = { fingerprint: 'a', name: 'A', severity: 'page', summary: '', startsAt: '' }
  for (let at = 1; at <= 1_002; at++) ledger.insertPage(at % 2 === 0 ? 'resolved' : 'firing', alert, at)
  const kept = ledger.pages(0)
  assert.deepEqual([kept.length, kept[0], kept.at(-1)?.at], [1_000, { at: 3, status: 'firing', alert }, 1_002])
  assert.deepEqual(
    ledger.pages(1_001).map(({ at }) => at),
    [1_001, 1_002],
  )
})

test('values are replaced by later ones, and the time when the control plane last ran is one of them', () => {
  using ledger = new Ledger({ inMemory: 'notes' })
  assert.deepEqual([ledger.note('a'), ledger.aliveAt()], [null, null])
  for (const value of ['1', '2', '']) {
    ledger.setNote('a', value)
    assert.equal(ledger.note('a'), value)
  }
  ledger.setAliveAt(1_000)
  assert.equal(ledger.aliveAt(), 1_000)
})

const fault: FaultRecord = {
  instance: 'a',
  fault: 'noop',
  params: {},
  undo: {},
  drill: 'one',
  state: 'injected',
  plannedAt: 1,
  injectedAt: 2,
  deadlineAt: 9e5,
  revertedAt: null,
  error: null,
  ramp: null,
}

test('faults are found by instance, by planning time, and by whether they are active', () => {
  using ledger = new Ledger({ inMemory: 'faults' })
  assert.deepEqual([ledger.fault('a'), ledger.openFaults()], [null, []])
  const ramp = { param: 'users', from: 10, overMs: 1_000 }
  const all: FaultRecord[] = [
    { ...fault, plannedAt: 3, ramp },
    { ...fault, instance: 'b' },
    { ...fault, instance: 'c', plannedAt: 2, state: 'reverted' },
  ]
  for (const record of all) ledger.insertFault(record)
  assert.deepEqual(ledger.fault('a'), all[0])
  const instances = (records: FaultRecord[]) => records.map(({ instance }) => instance)
  assert.deepEqual(
    [instances(ledger.openFaults()), instances(ledger.faultsSince(0)), instances(ledger.faultsSince(2))],
    [
      ['b', 'a'],
      ['b', 'c', 'a'],
      ['c', 'a'],
    ],
  )
  ledger.extendFaults('one', 500)
  ledger.extendFaults('two', 7)
  assert.deepEqual(
    ledger.faultsSince(0).map(({ deadlineAt }) => deadlineAt),
    [900_500, 900_000, 900_500],
  )
})

/** A ledger whose machine was up for 100 s at ten minutes past the epoch; \`at\` sets the clock, and looks after as long. */
function onClock(context: TestContext, name: string): { ledger: Ledger; at: (ms: number, upMs: number) => void; limits: () => number[] } {
  context.mock.timers.enable({ apis: ['Date'], now: 600_000 })
  const ledger = new Ledger({ inMemory: name })
  const at = (ms: number, upMs: number) => {
    context.mock.timers.setTime(ms)
    ledger.followClock(upMs)
  }
  at(600_000, 100_000)
  for (const [instance, state] of Object.entries({ in: 'injected', going: 'planned', failed: 'failed', out: 'reverted' } as const))
    ledger.insertFault({ ...fault, instance, state })
  return { ledger, at, limits: () => ledger.faultsSince(0).map(({ deadlineAt }) => deadlineAt) }
}

test('deadlines follow a clock that is set back, once, and no other', (context) => {
  const { ledger, at, limits } = onClock(context, 'clock')
  const before = [900_000, 900_000, 900_000, 900_000]
  at(610_000, 110_000)
  assert.deepEqual(limits(), before, 'time goes on')
  at(611_000 - 1_999, 111_000)
  assert.deepEqual(limits(), before, 'a small step')
  at(612_000 + 3_600_000, 112_000)
  assert.deepEqual(limits(), before, 'set forward')
  at(613_000 + 3_600_000 - 2_000, 113_000)
  assert.deepEqual(limits(), [898_000, 898_000, 898_000, 900_000], 'set back')
  at(614_000 + 3_600_000 - 2_000, 114_000)
  assert.deepEqual(limits(), [898_000, 898_000, 898_000, 900_000], 'and no more')
  ledger[Symbol.dispose]()
})

test('a clock that was set back moves deadlines once, even if two processes notice it at the same moment', (context) => {
  const { ledger, at, limits } = onClock(context, 'two-clocks')
  using other = new Ledger({ inMemory: 'two-clocks' })
  const { note } = ledger
  let isFirst = true
  ledger.note = (name) => {
    const known = note.call(ledger, name)
    if (isFirst) {
      isFirst = false
      other.followClock(110_000)
    }
    return known
  }
  at(610_000 - 60_000, 110_000)
  assert.deepEqual(limits(), [840_000, 840_000, 840_000, 900_000])
  ledger[Symbol.dispose]()
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

test('only a reverted fault is reopened', () => {
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

test('a fault changes state as the table says, and never otherwise', () => {
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

test('damaged rows are reported by what they are, and a damaged summary is made again', () => {
  const own = mkdtempSync(path.join(tmpdir(), 'firedrill-ledger-'))
  after(() => rmSync(own, { recursive: true, force: true }))
  {
    using ledger = new Ledger(own)
    ledger.append('one', begun)
    ledger.append('one', { type: 'drill-finished', outcome: 'given-up' })
    ledger.insertPage('firing', { name: 'Slow', severity: 'page', summary: 's', fingerprint: 'f', startsAt: '2026-01-01T00:00:00Z' }, 1)
    assert.equal(ledger.pages(0)[0]?.alert.name, 'Slow')
  }
  const db = new DatabaseSync(path.join(own, 'control', 'ledger.db'))
  db.exec(`update summaries set state = '{"id": 7'; update pages set alert = '{"name": "Slow"}'`)
  db.close()
  using ledger = new Ledger(own)
  assert.equal(ledger.drill('one')?.outcome, 'given-up')
  assert.throws(() => ledger.pages(0), { code: 'internal', message: /^a page in the ledger is not as expected \(at fingerprint\)/ })
})
