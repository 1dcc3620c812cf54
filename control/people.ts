import type { FastifyRequest } from 'fastify'
import type { Actor } from '../model/drill.ts'
import type { GameDays } from './game-days.ts'
import type { Viewer } from './looks.ts'

export const personCookie = 'firedrill-person'

/** By what somebody who joined a game day is known. */
export const memberKey = (name: string): string => `${name} of the team`

/** Who a request comes from, where people have given their names: on game days. */
export class People {
  readonly #gameDays: GameDays
  constructor(gameDays: GameDays) {
    this.#gameDays = gameDays
  }

  /** What the browser was given when its user joined; where it let the request in, it is who asks, whatever else is sent. */
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

  /** Of the team, the one with that key. */
  byKey(key: string): Actor | undefined {
    const person = this.#gameDays.current()?.people.find(({ name }) => memberKey(name) === key)
    return person && { name: person.name, role: person.role }
  }

  /** Whether a request that was let in as somebody of the team still would be. */
  mayStay(request: FastifyRequest): boolean {
    return !request.person || this.#gameDays.hasJoined(request.person)
  }

  /** Whose eyes a request is for. */
  viewer(request: FastifyRequest): Viewer {
    const by = this.of(request)
    return { key: by ? memberKey(by.name) : (request.role ?? 'nobody'), by }
  }
}
