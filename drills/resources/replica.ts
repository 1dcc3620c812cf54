import { defineResource } from './resource.ts'

/** A fresh range has one PostgreSQL, without any replica. */
export const replica = defineResource<boolean>({
  id: 'replica',
  title: "the database's replica",
  // Nothing reads from it any more.
  after: ['datastores', 'deployments', 'jobs'],
  isOn: (range) => range.replica !== null,
  async read(range) {
    // One that does not answer is there as well.
    const status = range.replica?.status().catch(() => 'silent')
    return ((await status) ?? null) !== null
  },
  differs: (isThere) => (isThere ? 'the database has a replica' : null),
  restore: async (range) => range.replica?.remove(),
})
