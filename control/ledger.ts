import { closeSync, openSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { z } from 'zod'
import {
  alertSummary,
  drillEventBody,
  isOpen,
  type Actor,
  type AlertSummary,
  type DrillEvent,
  type DrillEventBody,
  type DrillEventType,
  type DrillState,
  type StatusUpdateKind,
} from '../model/drill.ts'
import { faultMoves, type FaultRecord, type FaultState } from '../model/fault.ts'
import { gameDayEventBody, type GameDayEvent, type GameDayEventBody } from '../model/game-day.ts'
import { checked, checkedJson } from '../model/outside.ts'
import { faultIn } from './fault-rows.ts'
import { ledgerSchema } from './ledger-schema.ts'
import { DrillSummaries } from './drill-summaries.ts'
import { KeptEvents } from './kept-events.ts'
import { makePrivateFolder } from '../range/private.ts'

/** Clock synchronisation makes small steps, which move no deadline. */
const smallestStepMs = 2_000

/** Its file in a range's folder, created if missing. */
function fileIn(dir: string): string {
  makePrivateFolder(path.join(dir, 'control'))
  const file = path.join(dir, 'control', 'ledger.db')
  // SQLite's additional files get the same modes.
  closeSync(openSync(file, 'a', 0o600))
  return file
}

/** One notification to the pager. */
const pageStatus = z.enum(['firing', 'resolved'])

interface PageNotification {
  /** When it arrived, in milliseconds since the epoch. */
  at: number
  status: z.output<typeof pageStatus>
  alert: AlertSummary
}

/**
 * What must survive the control plane: the events of all drills, append-only, and the faults with their undo records.
 * SQLite in WAL mode, so that the reaper reads and writes beside the control plane.
 */
export class Ledger implements Disposable {
  readonly #db: DatabaseSync
  readonly #summaries: DrillSummaries
  readonly #kept: KeptEvents
  /** Prepared statements by their text: those used every second are parsed once. */
  readonly #statements = new Map<string, StatementSync>()

  /** @param where the range's folder; or in memory, shared with all others in this process under that name while one of them is open. */
  constructor(where: string | { inMemory: string }) {
    this.#db = new DatabaseSync(typeof where === 'string' ? fileIn(where) : `file:${where.inMemory}?mode=memory&cache=shared`)
    this.#db.exec(ledgerSchema)
    this.#kept = new KeptEvents(this.#db)
    this.#summaries = new DrillSummaries(this.#db, (drill) => this.events(drill))
    // Ledgers of earlier versions have no ramps.
    const columns = this.#db.prepare('pragma table_info(faults)').all()
    if (!columns.some((column) => column['name'] === 'ramp')) this.#db.exec('alter table faults add column ramp text')
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  append(drill: string, body: DrillEventBody, by?: Actor, at = Date.now()): DrillEvent {
    const checked = { ...drillEventBody.parse(body), ...(by ? { by } : {}) }
    const { lastInsertRowid } = this.#prepared('insert into events (drill, at, body) values (?, ?, ?)').run(
      drill,
      at,
      JSON.stringify(checked),
    )
    const event = { id: Number(lastInsertRowid), drill, at, ...checked }
    this.#summaries.advance(event)
    return event
  }

  /** Events of one type, several or all, in the order in which they happened. */
  events(drill: string, types?: readonly DrillEventType[]): DrillEvent[] {
    return types ? this.#kept.ofTypes(drill, types) : this.#kept.all(drill)
  }

  /** The first event of a drill, which says how it started. */
  firstEvent(drill: string): DrillEvent | undefined {
    return this.#kept.first(drill)
  }

  /** The number of events of a drill up to a given one, without those of some types. */
  countEvents(drill: string, upToId: number, without: readonly DrillEventType[]): number {
    const row = this.#prepared(
      `select count(*) as count from events
         where drill = ? and id <= ? and json_extract(body, '$.type') not in (${without.map(() => '?').join(', ')})`,
    ).get(drill, upToId, ...without)
    return Number(row?.['count'])
  }

  /** The current state of a drill; for one that was requested before, or has ended, no event is read. */
  drill(id: string): DrillState | null {
    return this.#summaries.state(id)
  }

  /** Updates to users since a moment (milliseconds since the epoch), in any drill, newest first. */
  statusUpdates(sinceMs: number): { at: number; status: StatusUpdateKind; text: string }[] {
    return this.#prepared(
      `select at, body from events where json_extract(body, '$.type') = 'status-posted' and at >= ?
       and coalesce(json_extract(body, '$.audience'), 'customers') = 'customers' order by at desc limit 200`,
    )
      .all(sinceMs)
      .flatMap((row) => {
        const body = drillEventBody.parse(JSON.parse(String(row['body'])))
        return body.type === 'status-posted' ? [{ at: Number(row['at']), status: body.status, text: body.text }] : []
      })
  }

  /** Ids of drills, newest first. */
  drills(limit = 200): string[] {
    return this.#prepared(`select drill from events where json_extract(body, '$.type') = 'drill-started' order by id desc limit ?`)
      .all(limit)
      .map((row) => String(row['drill']))
  }

  /** How many drills there have ever been. */
  countDrills(): number {
    const row = this.#prepared(`select count(*) as count from events where json_extract(body, '$.type') = 'drill-started'`).get()
    return Number(row?.['count'])
  }

  /** The drill that has started and not ended, if any. */
  runningDrill(): DrillState | null {
    const [latest] = this.drills(1)
    const state = latest === undefined ? null : this.drill(latest)
    return state && isOpen(state) ? state : null
  }

  appendToGameDay(gameDay: string, body: GameDayEventBody, at = Date.now()): GameDayEvent {
    const checked = gameDayEventBody.parse(body)
    const { lastInsertRowid } = this.#prepared('insert into gameday_events (gameday, at, body) values (?, ?, ?)').run(
      gameDay,
      at,
      JSON.stringify(checked),
    )
    return { id: Number(lastInsertRowid), gameDay, at, ...checked }
  }
  gameDayEvents(gameDay: string): GameDayEvent[] {
    return this.#prepared('select id, at, body from gameday_events where gameday = ? order by id')
      .all(gameDay)
      .map((row) => ({ id: Number(row['id']), gameDay, at: Number(row['at']), ...gameDayEventBody.parse(JSON.parse(String(row['body']))) }))
  }
  /** Ids of game days, newest first. */
  gameDays(limit = 50): string[] {
    return this.#prepared(`select gameday from gameday_events where json_extract(body, '$.type') = 'planned' order by id desc limit ?`)
      .all(limit)
      .map((row) => String(row['gameday']))
  }

  insertFault(record: FaultRecord): void {
    this.#prepared(
      `insert into faults (instance, fault, params, undo, drill, state, planned_at, injected_at, deadline_at, reverted_at, error, ramp)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      record.instance,
      record.fault,
      JSON.stringify(record.params),
      JSON.stringify(record.undo),
      record.drill,
      record.state,
      record.plannedAt,
      record.injectedAt,
      record.deadlineAt,
      record.revertedAt,
      record.error,
      record.ramp === null ? null : JSON.stringify(record.ramp),
    )
  }

  /** Moves a fault to another state, if `faultMoves` allows it; otherwise returns false, such as when another process was first. */
  moveFault(instance: string, to: FaultState, error: string | null = null): boolean {
    const now = Date.now()
    const from = faultMoves[to]
    const { changes } = this.#prepared(
      `update faults set state = ?, error = ?, injected_at = case when ? = 'injected' then ? else injected_at end,
           reverted_at = case when ? = 'reverted' then ? else reverted_at end
         where instance = ? and state in (${from.map(() => '?').join(', ')})`,
    ).run(to, error, to, now, to, now, instance, ...from)
    return changes > 0
  }

  /** Reopens a reverted fault that took effect late; returns false if it is open, or unknown. */
  reopenFault(instance: string): boolean {
    return (
      this.#prepared(`update faults set state = 'reverting', reverted_at = null where instance = ? and state = 'reverted'`).run(instance)
        .changes > 0
    )
  }

  /** Faults that are, or may be, in the range: everything not yet reverted. */
  openFaults(): FaultRecord[] {
    return this.#faults(`where state <> 'reverted' order by planned_at`)
  }
  /** Faults planned since a moment, oldest first, in any state. */
  faultsSince(sinceMs: number): FaultRecord[] {
    return this.#faults('where planned_at >= ? order by planned_at', sinceMs)
  }
  fault(instance: string): FaultRecord | null {
    return this.#faults('where instance = ?', instance)[0] ?? null
  }

  /** An event together with a move of the drill's open faults' deadlines: both are written, or neither. */
  appendAndExtend(drill: string, body: DrillEventBody, byMs: number, by?: Actor): DrillEvent {
    return this.#atOnce(drill, () => {
      this.extendFaults(drill, byMs)
      return this.append(drill, body, by)
    })
  }

  /** Moves the deadlines of a drill's open faults. */
  extendFaults(drill: string, byMs: number): void {
    this.#prepared(`update faults set deadline_at = deadline_at + ? where drill = ? and state in ('planned', 'injected')`).run(byMs, drill)
  }

  /** Records a page, in or out of drills; the last thousand are kept. */
  insertPage(status: PageNotification['status'], alert: AlertSummary, at = Date.now()): void {
    const { lastInsertRowid } = this.#prepared('insert into pages (at, status, alert) values (?, ?, ?)').run(
      at,
      status,
      JSON.stringify(alert),
    )
    this.#prepared('delete from pages where id <= ?').run(Number(lastInsertRowid) - 1_000)
  }

  /** Pages since a moment, oldest first. */
  pages(sinceMs: number): PageNotification[] {
    return this.#prepared('select at, status, alert from pages where at >= ? order by id')
      .all(sinceMs)
      .map((row) => ({
        at: Number(row['at']),
        status: checked(pageStatus, row['status'], 'the status of a page in the ledger', 'internal'),
        alert: checkedJson(alertSummary, String(row['alert']), 'a page in the ledger', 'internal'),
      }))
  }

  /**
   * Deadlines are by the machine's clock: when that is set back, they are moved too, or faults would stay injected for as much longer. Whichever
   * process notices it first does this.
   * @param uptimeMs since the machine was started, by a clock that nobody sets.
   */
  followClock(uptimeMs: number): void {
    const startedAt = Date.now() - uptimeMs
    const known = this.note('machine-started-at')
    const steppedMs = startedAt - Number(known ?? startedAt)
    if (known !== null && Math.abs(steppedMs) < smallestStepMs) return
    this.#atOnce(null, () => {
      // Another process may have been first; a later time means that the machine was restarted, or that a deadline comes sooner.
      if (steppedMs < 0 && this.note('machine-started-at') === known)
        this.#prepared(`update faults set deadline_at = deadline_at + ? where state <> 'reverted'`).run(Math.round(steppedMs))
      this.setNote('machine-started-at', String(startedAt))
    })
  }

  /** A transaction: everything is written, or nothing. */
  #atOnce<Result>(drill: string | null, work: () => Result): Result {
    this.#db.exec('begin immediate')
    try {
      const result = work()
      this.#db.exec('commit')
      return result
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('rollback')
      if (drill !== null) this.#summaries.forget(drill)
      throw error
    }
  }

  /** When the control plane last ran, in milliseconds since the epoch; null if it never did. */
  aliveAt(): number | null {
    return Number(this.note('alive-at')) || null
  }
  setAliveAt(at: number): void {
    this.setNote('alive-at', String(at))
  }

  /** A small named value, such as when the control plane was last alive. */
  note(name: string): string | null {
    const row = this.#prepared('select value from notes where name = ?').get(name)
    return row ? String(row['value']) : null
  }
  setNote(name: string, value: string): void {
    this.#prepared('insert into notes (name, value) values (?, ?) on conflict (name) do update set value = excluded.value').run(name, value)
  }

  #faults(where: string, ...params: (string | number)[]): FaultRecord[] {
    return this.#prepared(`select * from faults ${where}`)
      .all(...params)
      .map(faultIn)
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }
}
