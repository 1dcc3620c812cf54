import type { LoadMix } from '../../model/range.ts'
import { defineResource } from './resource.ts'

export const users = defineResource<number>({
  id: 'users',
  title: 'the number of users',
  after: ['monitoring'],
  read: async (range) => (await range.load.status()).users,
  differs: (found, _range, fresh) => (found === fresh.users ? null : `${found} in place of ${fresh.users}`),
  restore: (range, _found, fresh) => range.load.setUsers(fresh.users),
})

export const userMix = defineResource<LoadMix>({
  id: 'user-mix',
  title: 'who the users are',
  after: ['monitoring'],
  read: (range) => range.load.mix(),
  differs: ({ hotShare, bots, rate }) =>
    hotShare === 0 && bots === 0 && rate === 0 ? null : `hot share ${hotShare}, ${bots} bots, ${rate} page views/s`,
  restore: (range) => range.load.setMix({ hotShare: 0, bots: 0, rate: 0 }),
})
