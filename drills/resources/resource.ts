import type { Range } from '../../model/range.ts'

/** What a fresh range is told when it is started. */
export interface Fresh {
  /** Simulated users. */
  users: number
}

/** Something of a range that a drill, or who plays it, may change: read, held against how a fresh range is, and brought back. */
export interface Resource<Found = unknown> {
  id: string
  /** What it is, for people: "… could not be restored". */
  title: string
  /** Resources that are brought back before this one is looked at. */
  after?: readonly string[]
  /** Whether such a range has it; all have it where this is not given. */
  isOn?(range: Range): boolean
  read(range: Range): Promise<Found>
  /** What is not as on a fresh range, for people; null when all is. */
  differs(found: Found, range: Range, fresh: Fresh): string | null
  /** Sets what differs from a fresh range, and touches nothing else. Called only where something differs; idempotent. */
  restore(range: Range, found: Found, fresh: Fresh): Promise<void>
  /** What of it is compared before and after a drill; all of it where this is not given. */
  print?(found: Found): unknown
}

/** Keeps the type of what is found between `read`, `differs` and `restore`, and forgets it for the registry. */
// Safe: only what `read` of the same resource gave is passed to the others.
export const defineResource = <Found>(resource: Resource<Found>): Resource => resource as unknown as Resource

/** Names with what is wrong with each, or null where nothing is. */
export const listed = (items: readonly string[]): string | null => (items.length > 0 ? items.join(', ') : null)

/** Does it to each at once, and throws the first failure when all have been tried. */
export async function forEach<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  const results = await Promise.allSettled(items.map(work))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}
