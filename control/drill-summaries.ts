import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { advanceDrill, foldDrill, foldSource, isOpen, type DrillEvent, type DrillState } from '../model/drill.ts'
import { isRecord, jsonOrNull } from '../model/json.ts'

/** A field that every state has: only `#keep` writes summaries, with the same code. A damaged one is folded again. */
const isState = (value: unknown): value is DrillState =>
  isRecord(value) && typeof value['id'] === 'string' && typeof value['phase'] === 'string' && typeof value['startedAt'] === 'number'

/** Recognises a summary that was folded by other code. */
const folded = createHash('sha256').update(foldSource()).digest('hex').slice(0, 16)

/**
 * Folded states of drills, so that their events need not be read. Those that were requested are in memory; those of finished drills are in a table
 * beside the events, with the last event that they include. A summary that does not include all events is made again.
 */
export class DrillSummaries {
  readonly #db: DatabaseSync
  readonly #events: (drill: string) => DrillEvent[]
  readonly #states = new Map<string, { state: DrillState | null; lastId: number }>()

  constructor(db: DatabaseSync, events: (drill: string) => DrillEvent[]) {
    this.#db = db
    this.#events = events
    db.exec(
      'create table if not exists summaries (drill text primary key, last_id integer not null, folded text not null, state text not null)',
    )
  }

  /** Folds in an event that was just written. */
  advance(event: DrillEvent): void {
    const known = this.#states.get(event.drill)
    if (!known && event.type !== 'drill-started') return
    const state = advanceDrill(known?.state ?? null, event)
    this.#states.set(event.drill, { state, lastId: event.id })
    if (state && !isOpen(state)) this.#keep(event.drill, event.id, state)
  }

  /** For events that were folded in and then rolled back. */
  forget(drill: string): void {
    this.#states.delete(drill)
  }

  state(drill: string): DrillState | null {
    const lastId = Number(this.#db.prepare('select max(id) as id from events where drill = ?').get(drill)?.['id'] ?? 0)
    const known = this.#states.get(drill) ?? this.#kept(drill)
    if (known?.lastId === lastId) {
      this.#states.set(drill, known)
      return known.state
    }
    const state = foldDrill(this.#events(drill))
    this.#states.set(drill, { state, lastId })
    if (state && !isOpen(state)) this.#keep(drill, lastId, state)
    return state
  }

  #kept(drill: string): { state: DrillState; lastId: number } | null {
    const row = this.#db.prepare('select last_id, state from summaries where drill = ? and folded = ?').get(drill, folded)
    const state = row && jsonOrNull(String(row['state']))
    return isState(state) ? { lastId: Number(row?.['last_id']), state } : null
  }

  #keep(drill: string, lastId: number, state: DrillState): void {
    try {
      this.#db
        .prepare(
          `insert into summaries (drill, last_id, folded, state) values (?, ?, ?, ?)
           on conflict (drill) do update set last_id = excluded.last_id, folded = excluded.folded, state = excluded.state`,
        )
        .run(drill, lastId, folded, JSON.stringify(state))
    } catch {
      // On a full disk, the next process folds it again.
    }
  }
}
