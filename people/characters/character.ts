import type { Audience, CharacterId } from '../../model/people.ts'

/** Somebody in a drill, by role and never by name. */
export interface Character {
  id: CharacterId
  /** As the trainee reads it. */
  role: string
  /** For authors, and for whoever speaks as this person: temper, aim and way of speaking, one sentence each. */
  temper: string
  aim: string
  speech: string
  /** Can be the one voice that a beginner hears. */
  patient: boolean
  /** Which status updates this person reads. */
  reads: Audience
  /** How the first contact is made, and how long it takes until this person answers, in milliseconds. */
  reach: { via: 'chat' | 'phone'; ms: number }
  lines: {
    /** When the instructor sends this person in without words of their own. */
    opening: readonly string[]
    /** Answer to a word that was wanted. */
    thanks: readonly string[]
    /** Answer to a word that nobody waited for and that asks nothing. */
    heard: readonly string[]
    /** What was wanted did not come in time. */
    reminder: readonly string[]
    /** Before the list of what can be asked: the question was not understood. */
    unsure: readonly string[]
    /** The question was not understood, and there is nothing that this person could tell. */
    nothing: readonly string[]
  }
}
