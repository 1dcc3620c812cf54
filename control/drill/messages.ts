import type { Actor, DrillEventBody } from '../../model/drill.ts'
import type { HandoverNote } from '../../model/handover.ts'
import type { Pin } from '../../model/pin.ts'
import type { CurrentDrill } from './current.ts'

/** Messages that trainees and their instructor write in a drill. */
export class Messages {
  readonly #drill: CurrentDrill

  constructor(drill: CurrentDrill) {
    this.#drill = drill
  }

  /** Adds to the notes of the drill. */
  note(note: { text: string; pin?: Pin | undefined }, by?: Actor): void {
    this.#drill.mustAllow('note')
    this.#drill.append({ type: 'note-added', ...note }, by)
  }

  /** Chat between the trainees. */
  say(text: string, by?: Actor): void {
    this.#drill.mustAllow('say')
    this.#drill.append({ type: 'said', text }, by)
  }

  /** To the users, on the status page. */
  postStatus(update: Omit<Extract<DrillEventBody, { type: 'status-posted' }>, 'type'>, by?: Actor): void {
    this.#drill.mustAllow('post-status')
    this.#drill.append({ type: 'status-posted', ...update }, by)
  }

  /** A handover note. */
  handOver(note: HandoverNote, by?: Actor): void {
    this.#drill.mustAllow('write-handover')
    this.#drill.append({ type: 'handover-written', ...note }, by)
  }

  /** From the instructor to the trainees. */
  send(text: string): void {
    this.#drill.mustAllow('message')
    this.#drill.append({ type: 'message-sent', text })
  }
}
