import type { Range } from '../model/range.ts'

/** The rights of Redis's only user at the start. */
export const freshRights = ['resetchannels', 'allchannels', 'allkeys', '+@all', 'nopass', 'on'] as const

/** The users of Redis with their rights, as `ACL LIST` returns them. */
export async function cacheRights(range: Range): Promise<string[]> {
  const found = await range.cache.command('ACL', 'LIST')
  return Array.isArray(found) ? found.map(String).toSorted() : []
}
