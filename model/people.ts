import { z } from 'zod'
import { milestoneNames } from './milestone-names.ts'
import { duration, someTime } from './scenario-duration.ts'

/** Roles of people in a scenario; each has a file in `people/characters/`. */
export const characterIds = [
  'support-lead',
  'head-of-sales',
  'chief-executive',
  'provider-engineer',
  'database-colleague',
  'previous-shift',
  'next-shift',
  'security-officer',
  'customer',
] as const
export const characterId = z.enum(characterIds)
export type CharacterId = z.infer<typeof characterId>

/** Who a status update is written for. Customers read it on the status page. */
export const audiences = ['customers', 'support', 'management', 'engineers'] as const
export const audience = z.enum(audiences)
export type Audience = z.infer<typeof audience>

/** What a person waits for: a direct message, a status update for their audience, or a handover note. */
export const wanted = z.enum(['answer', 'update', 'handover'])
export type Wanted = z.infer<typeof wanted>

/** Moments of a drill that trigger a beat or a fact. */
const moments = ['start', 'page', 'escalated', ...milestoneNames, 'update', 'change', 'harmful', 'wrong-cause'] as const
const moment = z.enum(moments)
export type Moment = z.infer<typeof moment>

const whenOf = (duration: z.ZodType<number>) =>
  z.strictObject({
    /** Delay after the moment, on the drill's clock. */
    after: duration.default(0),
    /** The first time that this happened in the drill. */
    since: moment.default('start'),
    /** Only when this many requests of users have failed. */
    failed: z.number().int().min(1).optional(),
    /** Not after one of these has happened. */
    unless: z.array(moment).default([]),
  })
export type When = z.output<ReturnType<typeof whenOf>>

const id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case words joined by hyphens')
/** Different wordings; a drill uses one of them. */
const wordings = z.array(z.string().trim().min(1).max(400)).min(1).max(5)

const beatOf = (when: ReturnType<typeof whenOf>, someTime: z.ZodType<number>) =>
  z.strictObject({
    id,
    when,
    say: wordings,
    /** `phone` rings; `chat` waits to be read. */
    via: z.enum(['chat', 'phone']).default('chat'),
    wants: wanted.optional(),
    /** How long the person waits for it before asking again. */
    within: someTime.optional(),
  })

const factOf = (when: ReturnType<typeof whenOf>, duration: z.ZodType<number>) =>
  z.strictObject({
    id,
    /** How the person offers the fact: "I can look at …". It must not give the fact away. */
    topic: z.string().trim().min(1).max(100),
    /** Phrases: a question that contains all words of one of them asks for this fact. */
    asked: z.array(z.string().trim().min(1).max(80)).min(2).max(20),
    say: wordings,
    /** How long the person takes to find out. */
    takes: duration.default(10_000),
    /** When it becomes known; before that, the answer is `notYet`. */
    known: when.optional(),
    notYet: z.string().trim().min(1).max(300).optional(),
  })
export type Fact = z.output<ReturnType<typeof factOf>>

/** The people of a scenario: as `people.yaml` has them, with durations as text, or as they are read, in milliseconds. */
export function peopleOf(time: z.ZodType<number>, longerTime: z.ZodType<number>) {
  const when = whenOf(time)
  return z.strictObject({
    /** Whether status updates count for the score. */
    communication: z.enum(['optional', 'scored']).default('optional'),
    /** The symptom, in words that an update may use: a sentence without its full stop. It names no cause. */
    hurt: z.string().trim().min(1).max(120),
    /** Phrases: an update that contains one of them describes the impact. */
    journeys: z.array(z.string().trim().min(1).max(60)).min(1),
    people: z
      .array(
        z.strictObject({
          character: characterId,
          beats: z.array(beatOf(when, longerTime)).default([]),
          facts: z.array(factOf(when, time)).default([]),
        }),
      )
      .min(1)
      .max(8),
  })
}
export const peopleSchema = peopleOf(duration, someTime)
export type People = z.output<typeof peopleSchema>
export type Person = People['people'][number]
