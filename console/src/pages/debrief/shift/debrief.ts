import type { AnswerOf } from '../../../../../model/client.ts'

/** What is told of a shift once it is over, as the API answers. */
export type ShiftDebrief = AnswerOf<'GET /api/drills/:id/shift'>
export type ShiftIncident = ShiftDebrief['incidents'][number]
