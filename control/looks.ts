import type { FastifyRequest } from 'fastify'
import { mostNamed } from '../drills/evidence.ts'
import type { ShopComponentName } from '../model/components.ts'
import type { Actor } from '../model/drill.ts'
import type { ViewKind } from '../model/scenario.ts'
import type { DrillEngine } from './drill-engine.ts'

/** Who looks: the name under which they joined, or without a game day, the role of their token. */
export interface Viewer {
  key: string
  by: Actor | undefined
}

/** How long a drawing must be on screen before it counts as looked at. */
export const dwellMs = 3_000
/** A page reports every few seconds that it is still shown; after this long without a report it counts as hidden. */
const focusLostAfterMs = 4 * dwellMs
/** What was served longer ago is no longer on the screen. */
const servedForMs = 10 * 60_000
/** How many pages one person can have in view: a span belongs to its service, and to the database that it queries. */
const mostInFocus = 2
/** How many components can be looked at in this time; more is skimming. */
const pace = { components: 3, withinMs: 5_000 }

/** A header of pages' secondary requests, which are no look. */
const asideHeader = 'x-firedrill-aside'
/** Whether a page asks for this beside what is looked at. */
export const isAside = ({ headers }: FastifyRequest): boolean => headers[asideHeader] !== undefined

interface Attention {
  /** When each place was first and last served to this person, in milliseconds since the epoch. */
  served: Map<string, { first: number; last: number }>
  /** The pages that report that they are shown, and since when. */
  focus: Map<string, { since: number; last: number }>
  /** Components that were looked at recently. */
  lately: Map<ShopComponentName, number>
}

type Note = (view: ViewKind, component: ShopComponentName | null, detail: string, by: Actor | undefined) => void

/**
 * What each person has looked at, by what the server itself saw being read. A page may report for how long it shows something, but only something
 * that it was just served: nobody can claim to have looked. Kept in memory for the running drill: a restart loses what was only served.
 */
export class Looks {
  readonly #note: Note
  readonly #people = new Map<string, Attention>()

  /** @param note receives each look that counts; a place may come more than once. */
  constructor(note: Note) {
    this.#note = note
  }

  /**
   * Somebody has read something about these components. If there are too many at once, none counts; a page may still report that it shows one of
   * them.
   */
  read(viewer: Viewer, view: ViewKind, components: readonly ShopComponentName[], detail: string): void {
    this.served(viewer, view, components)
    if (components.length > mostNamed) return
    for (const component of components) this.#look(viewer, view, component, detail)
  }

  /** Something about these components was sent to a page, which draws some of it. */
  served({ key }: Viewer, view: ViewKind, components: readonly ShopComponentName[]): void {
    const { served } = this.#attention(key)
    const now = Date.now()
    for (const component of [null, ...components]) {
      const known = served.get(placeOf(view, component))
      const first = known && now - known.last <= servedForMs ? known.first : now
      served.set(placeOf(view, component), { first, last: now })
    }
  }

  /** A page reports that it shows something. Returns whether that counts as looked at by now. */
  shown(viewer: Viewer, view: ViewKind, component: ShopComponentName | null, detail: string): boolean {
    const { served, focus } = this.#attention(viewer.key)
    const now = Date.now()
    const place = placeOf(view, component)
    const standing = focus.get(place)
    const since = standing && now - standing.last <= focusLostAfterMs ? standing.since : now
    // The last in order is the latest.
    focus.delete(place)
    focus.set(place, { since, last: now })
    for (const other of [...focus.keys()].slice(0, -mostInFocus)) focus.delete(other)
    const given = served.get(place)
    if (!given || now - given.last > servedForMs) return false
    // A place that is only visited proves nothing, and is recorded immediately.
    if (component !== null && now - Math.max(since, given.first) < dwellMs) return false
    return this.#look(viewer, view, component, detail)
  }

  /** Called for a new drill: what was served before does not count. */
  forget(): void {
    this.#people.clear()
  }

  #look({ key, by }: Viewer, view: ViewKind, component: ShopComponentName | null, detail: string): boolean {
    const { lately } = this.#attention(key)
    const now = Date.now()
    for (const [seen, at] of lately) if (now - at > pace.withinMs || at > now) lately.delete(seen)
    if (component !== null) {
      if (!lately.has(component) && lately.size >= pace.components) return false
      lately.set(component, now)
    }
    this.#note(view, component, detail.slice(0, 200), by)
    return true
  }

  #attention(key: string): Attention {
    const known = this.#people.get(key) ?? { served: new Map(), focus: new Map(), lately: new Map() }
    this.#people.set(key, known)
    return known
  }
}

/** Records looks in an engine's drill. */
export function looksOf(engine: DrillEngine): Looks {
  const looks = new Looks((view, component, detail, by) => engine.response.view(view, component, detail, by))
  engine.live.on('event', ({ type }) => {
    if (type === 'drill-started') looks.forget()
  })
  return looks
}

const placeOf = (view: ViewKind, component: ShopComponentName | null): string => `${view} ${component ?? ''}`
