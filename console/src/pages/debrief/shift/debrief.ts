import type { AnswerOf } from '../../../../../model/client.ts'

/** The debrief of a shift, as the API returns it. */
export type ShiftDebrief = AnswerOf<'GET /api/drills/:id/shift'>
export type ShiftIncident = ShiftDebrief['incidents'][number]
