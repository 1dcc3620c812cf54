import type { DatabaseSync } from 'node:sqlite'
import { actor, drillEventBody, type DrillEvent, type DrillEventType } from '../model/drill.ts'
import { isRecord } from '../model/json.ts'

/** Number of drills whose events are kept: the running one, and those that somebody reads. */
const mostDrills = 8

type Row = Record<string, unknown>

/**
 * A cache of drills' events. Events never change, so none is read and parsed twice while its drill is among the last that were requested: a console
 * requests all of them after each event.
 */
export class KeptEvents {
  readonly #db: DatabaseSync
  /** Ordered by last use, oldest first. */
  readonly #kept = new Map<string, DrillEvent[]>()

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** All of a drill's events, in the order in which they happened. */
  all(drill: string): DrillEvent[] {
    const kept = this.#kept.get(drill) ?? []
    const since = kept.at(-1)?.id ?? 0
    for (const row of this.#db.prepare('select id, at, body from events where drill = ? and id > ? order by id').iterate(drill, since))
      kept.push(eventIn(drill, row))
    this.#kept.delete(drill)
    if (kept.length > 0) this.#kept.set(drill, kept)
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= mostDrills) break
      this.#kept.delete(oldest)
    }
    // Each caller gets its own list.
    return [...kept]
  }

  /** The first event of a drill, which says how it started; undefined if there is no such drill. */
  first(drill: string): DrillEvent | undefined {
    const row = this.#db.prepare('select id, at, body from events where drill = ? order by id limit 1').get(drill)
    return row && eventIn(drill, row)
  }

  /** Those of the given types. */
  ofTypes(drill: string, types: readonly DrillEventType[]): DrillEvent[] {
    const some = types.map(() => '?').join(', ')
    return this.#db
      .prepare(`select id, at, body from events where drill = ? and json_extract(body, '$.type') in (${some}) order by id`)
      .all(drill, ...types)
      .map((row) => eventIn(drill, row))
  }
}

function eventIn(drill: string, row: Row): DrillEvent {
  const stored: unknown = JSON.parse(String(row['body']))
  const by = isRecord(stored) && stored['by'] !== undefined ? { by: actor.parse(stored['by']) } : {}
  return { id: Number(row['id']), drill, at: Number(row['at']), ...drillEventBody.parse(stored), ...by }
}
