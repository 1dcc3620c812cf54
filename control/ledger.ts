import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { drillEventBody, foldDrill, type DrillEvent, type DrillEventBody, type DrillState } from '../model/drill.ts'
import type { FaultRecord, FaultState } from '../model/fault.ts'

/**
 * What must survive the control plane: the events of all drills, append-only, and the faults with their undo records.
 * SQLite in WAL mode, so that the reaper reads and writes beside the control plane.
 */
export class Ledger implements Disposable {
  readonly #db: DatabaseSync

  constructor(dir: string) {
    mkdirSync(path.join(dir, 'control'), { recursive: true })
    this.#db = new DatabaseSync(path.join(dir, 'control', 'ledger.db'))
    this.#db.exec(`
      pragma journal_mode = wal;
      pragma synchronous = full;
      pragma busy_timeout = 5000;
      create table if not exists events (
        id integer primary key autoincrement, drill text not null, at integer not null, body text not null);
      create index if not exists events_drill on events (drill, id);
      create trigger if not exists events_append_only before update on events begin select raise(abort, 'events are append-only'); end;
      create table if not exists faults (
        instance text primary key, fault text not null, params text not null, undo text not null, drill text,
        state text not null, planned_at integer not null, injected_at integer, deadline_at integer not null,
        reverted_at integer, error text);
      create table if not exists notes (name text primary key, value text not null);
    `)
  }

  append(drill: string, body: DrillEventBody, at = Date.now()): DrillEvent {
    const checked = drillEventBody.parse(body)
    const { lastInsertRowid } = this.#db
      .prepare('insert into events (drill, at, body) values (?, ?, ?)')
      .run(drill, at, JSON.stringify(checked))
    return { id: Number(lastInsertRowid), drill, at, ...checked }
  }

  events(drill: string, afterId = 0): DrillEvent[] {
    return this.#db
      .prepare('select id, at, body from events where drill = ? and id > ? order by id')
      .all(drill, afterId)
      .map((row) => ({ id: Number(row['id']), drill, at: Number(row['at']), ...drillEventBody.parse(JSON.parse(String(row['body']))) }))
  }

  drill(id: string): DrillState | null {
    return foldDrill(this.events(id))
  }

  /** Ids of drills, newest first. */
  drills(limit = 200): string[] {
    return this.#db
      .prepare(`select drill from events where json_extract(body, '$.type') = 'drill-started' order by id desc limit ?`)
      .all(limit)
      .map((row) => String(row['drill']))
  }

  /** The drill that has started and not ended, if there is one. */
  runningDrill(): DrillState | null {
    const latest = this.drills(1)[0]
    const state = latest === undefined ? null : this.drill(latest)
    return state?.phase === 'running' ? state : null
  }

  insertFault(record: FaultRecord): void {
    this.#db
      .prepare(
        `insert into faults (instance, fault, params, undo, drill, state, planned_at, injected_at, deadline_at, reverted_at, error)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
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
      )
  }

  /** Moves a fault to another state when it is in one of `from`; false when somebody else was first. */
  moveFault(instance: string, from: readonly FaultState[], to: FaultState, error: string | null = null): boolean {
    const now = Date.now()
    const { changes } = this.#db
      .prepare(
        `update faults set state = ?, error = ?, injected_at = case when ? = 'injected' then ? else injected_at end,
           reverted_at = case when ? = 'reverted' then ? else reverted_at end
         where instance = ? and state in (${from.map(() => '?').join(', ')})`,
      )
      .run(to, error, to, now, to, now, instance, ...from)
    return changes > 0
  }

  /** Faults that are, or may be, in the range: everything not yet reverted. */
  openFaults(): FaultRecord[] {
    return this.#faults(`where state <> 'reverted' order by planned_at`)
  }
  fault(instance: string): FaultRecord | null {
    return this.#faults('where instance = ?', instance)[0] ?? null
  }

  /** A small named value, such as when the control plane was last alive. */
  note(name: string): string | null {
    const row = this.#db.prepare('select value from notes where name = ?').get(name)
    return row ? String(row['value']) : null
  }
  setNote(name: string, value: string): void {
    this.#db
      .prepare('insert into notes (name, value) values (?, ?) on conflict (name) do update set value = excluded.value')
      .run(name, value)
  }

  #faults(where: string, ...params: string[]): FaultRecord[] {
    return this.#db
      .prepare(`select * from faults ${where}`)
      .all(...params)
      .map((row) => ({
        instance: String(row['instance']),
        fault: String(row['fault']),
        params: JSON.parse(String(row['params'])) as unknown,
        undo: JSON.parse(String(row['undo'])) as unknown,
        drill: row['drill'] === null ? null : String(row['drill']),
        // Safe: only moveFault and insertFault write it.
        state: String(row['state']) as FaultState,
        plannedAt: Number(row['planned_at']),
        injectedAt: row['injected_at'] === null ? null : Number(row['injected_at']),
        deadlineAt: Number(row['deadline_at']),
        revertedAt: row['reverted_at'] === null ? null : Number(row['reverted_at']),
        error: row['error'] === null ? null : String(row['error']),
      }))
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }
}
