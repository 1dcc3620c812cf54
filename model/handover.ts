import { z } from 'zod'

/** The parts of a handover: what an incoming responder needs to know, in the order in which they ask. */
export const handoverFields = ['broken', 'hurt', 'since', 'tried', 'doing', 'next'] as const
export type HandoverField = (typeof handoverFields)[number]

/** Each part with its question. */
export const handoverTitles: Record<HandoverField, { title: string; asks: string }> = {
  broken: { title: 'What is broken', asks: 'What users notice, and the cause, or that it is not known yet' },
  hurt: { title: 'Who is hurt', asks: 'Which users, and how many of them' },
  since: { title: 'Since when', asks: 'A time, such as 14:02, or how long ago' },
  tried: { title: 'What was tried', asks: 'What was changed so far, and what came of it' },
  doing: { title: 'What is being done', asks: 'What somebody is working on now' },
  next: { title: 'What comes next', asks: 'What you would do next, and what to watch' },
}

const field = z.string().trim().max(600).default('')
/** A handover note for a responder who joins later; empty parts were not filled in. */
export const handoverNote = z.object({ broken: field, hurt: field, since: field, tried: field, doing: field, next: field })
export type HandoverNote = z.output<typeof handoverNote>

/** The note's text, without the fields that are stored with it. */
export const noteOf = ({ broken, hurt, since, tried, doing, next }: HandoverNote): HandoverNote => ({
  broken,
  hurt,
  since,
  tried,
  doing,
  next,
})

/** What the API takes. */
export const writeHandover = handoverNote.refine((note) => handoverFields.some((name) => note[name] !== ''), {
  error: `a handover note says something: fill in at least one of ${handoverFields.join(', ')}`,
})

/** The note in one line. */
export const handoverInWords = (note: HandoverNote): string =>
  handoverFields.flatMap((name) => (note[name] === '' ? [] : [`${handoverTitles[name].title}: ${note[name]}`])).join(' · ')
