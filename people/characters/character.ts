import type { Audience, CharacterId } from '../../model/people.ts'

/** A person in a drill, known by role and never by name. */
export interface Character {
  id: CharacterId
  /** The role, as the trainee reads it. */
  role: string
  /** For authors, and for a model or an instructor who speaks as this person: temper, aim and way of speaking, one sentence each. */
  temper: string
  aim: string
  speech: string
  /** Whether this can be the only person who addresses a beginner. */
  patient: boolean
  /** Which status updates this person reads. */
  reads: Audience
  /** How the person makes first contact, and how long answers take, in milliseconds. */
  reach: { via: 'chat' | 'phone'; ms: number }
  lines: {
    /** When the instructor sends this person in without a text. */
    opening: readonly string[]
    /** Answer to information that the person wanted. */
    thanks: readonly string[]
    /** Answer to a message that nobody expected and that asks nothing. */
    heard: readonly string[]
    /** When something that the person wanted did not come in time. */
    reminder: readonly string[]
    /** Introduces the list of what can be asked: the question was not understood. */
    unsure: readonly string[]
    /** The question was not understood, and this person knows no facts. */
    nothing: readonly string[]
  }
}
