import type { FastifyRequest } from 'fastify'
import type { Actor } from '../model/drill.ts'
import type { GameDays } from './game-days.ts'
import type { Viewer } from './looks.ts'

export const personCookie = 'firedrill-person'

/** The key that identifies a member of a game day, from their name. */
export const memberKey = (name: string): string => `${name} of the team`

/** Identifies the people behind requests, if they have joined a game day. */
export class People {
  readonly #gameDays: GameDays
  constructor(gameDays: GameDays) {
    this.#gameDays = gameDays
  }

  /** The key from the browser's cookie, or that of the member's token if it authorised the request, whatever else is sent. */
  id(request: FastifyRequest): string | null {
    if (request.person) return request.person
    return new RegExp(`(?:^|;\\s*)${personCookie}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1] ?? null
  }

  /** Name and role, or undefined when nobody has joined from there, or the game day is over. */
  of(request: FastifyRequest): Actor | undefined {
    const id = this.id(request)
    const person = id === null ? undefined : this.#gameDays.current()?.people.find((one) => one.person === id)
    return person && { name: person.name, role: person.role }
  }

  /** The team member with that key. */
  byKey(key: string): Actor | undefined {
    const person = this.#gameDays.current()?.people.find(({ name }) => memberKey(name) === key)
    return person && { name: person.name, role: person.role }
  }

  /** Whether a member's request would still be authorised. */
  mayStay(request: FastifyRequest): boolean {
    return !request.person || this.#gameDays.hasJoined(request.person)
  }

  /** The viewer that a request's answer is for. */
  viewer(request: FastifyRequest): Viewer {
    const by = this.of(request)
    return { key: by ? memberKey(by.name) : (request.role ?? 'nobody'), by }
  }
}
