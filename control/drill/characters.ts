import type { Actor } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { CharacterId } from '../../model/people.ts'
import { peopleParameters } from '../../people/parameters.ts'
import { decidePeople } from '../../people/policy.ts'
import type { CurrentDrill } from './current.ts'

/** The people of the running scenario: questions to them, information for them, and what their policy makes them say. */
export class Characters {
  readonly #drill: CurrentDrill

  constructor(drill: CurrentDrill) {
    this.#drill = drill
  }

  /** Sends what their policy decides. */
  act(): void {
    const state = this.#drill.running()
    if (!state) return
    const decision = decidePeople(this.#drill.situation(state))
    if (decision.kind === 'say') this.#drill.append({ type: 'person-said', ...decision.saying })
    if (decision.kind === 'end-quiet') this.#drill.append({ type: 'quiet-ended', held: decision.held, missed: decision.missed })
  }

  /** From the trainee to one of them: a question, or the information that the person wanted. */
  ask(person: CharacterId, text: string, by?: Actor): void {
    this.#drill.mustAllow('ask-person')
    this.#drill.append({ type: 'person-asked', person, text }, by)
  }

  /** The fact that a model matched to a question. */
  noteUnderstood(to: number, fact: string): void {
    if (this.#drill.running()) this.#drill.append({ type: 'question-understood', to, fact })
  }

  /** How many times the trainee may still ask for quiet. */
  quietsLeft(): number {
    return peopleParameters.quiets - this.#drill.events.filter((event) => event.type === 'quiet-asked' && event.forMs > 0).length
  }

  /** Starts a quiet of this length; 0 ends it. Throws `conflict` if the trainee has used up the permitted number. */
  askQuiet(forMs: number, by?: Actor): void {
    this.#drill.mustAllow('ask-quiet')
    if (forMs > 0 && this.quietsLeft() <= 0)
      throw new FiredrillError(
        'conflict',
        `you have asked for quiet ${peopleParameters.quiets} times, which is as often as people accept it in one incident`,
      )
    this.#drill.append({ type: 'quiet-asked', forMs }, by)
  }

  /** The instructor makes a person speak; without a text, in the person's own words. */
  send(person: CharacterId, text: string | null): void {
    this.#drill.mustAllow('direct-people')
    this.#drill.append({ type: 'person-sent', person, text })
  }

  mute(muted: boolean): void {
    this.#drill.mustAllow('direct-people')
    this.#drill.append({ type: 'people-muted', muted })
  }
}
