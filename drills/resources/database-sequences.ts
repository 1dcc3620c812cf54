import { furthest, letCountOn, sequences } from '../database-sequences.ts'
import { defineResource, forEach, listed } from './resource.ts'

/** Sequences that end before a bigint does. Their current value belongs to the customers' data. */
export const databaseSequences = defineResource<{ name: string; most: string }[]>({
  id: 'database-sequences',
  title: "the ends of the database's sequences",
  after: ['datastores'],
  read: async (range) => (await sequences(range)).filter(({ most }) => most !== furthest).map(({ name, most }) => ({ name, most })),
  differs: (found) => listed(found.map(({ name, most }) => `${name} ends at ${most}`)),
  restore: (range, found) => forEach(found, ({ name }) => letCountOn(range, name)),
})
