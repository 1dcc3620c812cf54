import { usualUsers, type Range } from '../model/range.ts'

/** The number of users that puts the same load on this range as `users` do on one with thirty. */
export const usersOn = (range: Range, users: number): number => Math.max(1, Math.round((users * range.load.usual) / usualUsers))
