import type { ReplicaStatus } from '../../model/range.ts'
import { defineResource } from './resource.ts'

/** A fresh range has one PostgreSQL, without any replica. */
export const replica = defineResource<ReplicaStatus | null>({
  id: 'replica',
  title: "the database's replica",
  // Nothing reads from it any more.
  after: ['datastores', 'deployments', 'jobs'],
  isOn: (range) => range.replica !== null,
  read: async (range) => (await range.replica?.status()) ?? null,
  differs: (found) => (found ? `a replica of the database is there, at port ${found.port}` : null),
  restore: async (range) => range.replica?.remove(),
  print: (found) => found !== null,
})
