import type { FastifyRequest } from 'fastify'
import { mostNamed } from '../drills/evidence.ts'
import type { ShopComponentName } from '../model/components.ts'
import type { Actor } from '../model/drill.ts'
import type { ViewKind } from '../model/scenario.ts'
import type { DrillEngine } from './drill-engine.ts'

/** Whoever looks: by the name under which they joined, and where nobody has to join, by the role of their token. */
export interface Viewer {
  key: string
  by: Actor | undefined
}

/** What is drawn must be in front of somebody for so long before it counts as looked at. */
export const dwellMs = 3_000
/** A page tells that it is still shown about as often as that; after twice as long it is not. */
const focusLostAfterMs = 4 * dwellMs
/** What was served longer ago is not what is on the screen. */
const servedForMs = 10 * 60_000
/** So many pages may be in front of one person at once: a span is of its service, and of the database that it asks. */
const mostInFocus = 2
/** So many components can be looked at in so long; what is more is skimmed. */
const pace = { components: 3, withinMs: 5_000 }

/** Sent by pages with what they ask for beside what is looked at: it is no look. */
const asideHeader = 'x-firedrill-aside'
/** Whether a page asks for this beside what is looked at. */
export const isAside = ({ headers }: FastifyRequest): boolean => headers[asideHeader] !== undefined

interface Attention {
  /** When each place was first and last served to this person, in milliseconds since the epoch. */
  served: Map<string, { first: number; last: number }>
  /** The pages that say that they are shown, and since when. */
  focus: Map<string, { since: number; last: number }>
  /** Components that were looked at lately. */
  lately: Map<ShopComponentName, number>
}

type Note = (view: ViewKind, component: ShopComponentName | null, detail: string, by: Actor | undefined) => void

/**
 * What each person has looked at, by what the server saw itself being read. A page may say for how long it is shown, of what it was just served
 * and of nothing else: nobody can claim to have looked. Kept for the drill that runs, in memory: a restart forgets what was only served.
 */
export class Looks {
  readonly #note: Note
  readonly #people = new Map<string, Attention>()

  /** @param note takes each look that counts; a place may come more than once. */
  constructor(note: Note) {
    this.#note = note
  }

  /** Somebody has read something about these components. Of too many at once, none has been looked at; a page may still show one of them. */
  read(viewer: Viewer, view: ViewKind, components: readonly ShopComponentName[], detail: string): void {
    this.served(viewer, view, components)
    if (components.length > mostNamed) return
    for (const component of components) this.#look(viewer, view, component, detail)
  }

  /** Something about these components was handed to a page, which draws some of it. */
  served({ key }: Viewer, view: ViewKind, components: readonly ShopComponentName[]): void {
    const { served } = this.#attention(key)
    const now = Date.now()
    for (const component of [null, ...components]) {
      const known = served.get(placeOf(view, component))
      const first = known && now - known.last <= servedForMs ? known.first : now
      served.set(placeOf(view, component), { first, last: now })
    }
  }

  /** A page says that it shows something. Returns whether that counts as looked at by now. */
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
    // Where somebody is proves nothing, and is noted at once.
    if (component !== null && now - Math.max(since, given.first) < dwellMs) return false
    return this.#look(viewer, view, component, detail)
  }

  /** For another drill: what was served before it says nothing of it. */
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

/** Of the drill that an engine runs. */
export function looksOf(engine: DrillEngine): Looks {
  const looks = new Looks((view, component, detail, by) => engine.response.view(view, component, detail, by))
  engine.live.on('event', ({ type }) => {
    if (type === 'drill-started') looks.forget()
  })
  return looks
}

const placeOf = (view: ViewKind, component: ShopComponentName | null): string => `${view} ${component ?? ''}`
