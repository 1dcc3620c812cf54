import { usualUsers, type Range } from '../model/range.ts'

/** So many users as weigh on this range as `users` do on one that has thirty. */
export const usersOn = (range: Range, users: number): number => Math.max(1, Math.round((users * range.load.usual) / usualUsers))
