import type { Range } from '../../model/range.ts'

/** The settings with which a fresh range starts. */
export interface Fresh {
  /** Simulated users. */
  users: number
}

/** A part of a range that a drill, or its trainee, may change: it is read, compared with a fresh range, and restored. */
export interface Resource<Found = unknown> {
  id: string
  /** Its name for people: "… could not be restored". */
  title: string
  /** Resources that are restored before this one is read. */
  after?: readonly string[]
  /** Whether a range has it; by default, all have it. */
  isOn?(range: Range): boolean
  read(range: Range): Promise<Found>
  /** What differs from a fresh range, for people to read; null if nothing does. */
  differs(found: Found, range: Range, fresh: Fresh): string | null
  /** Sets what differs from a fresh range, and changes nothing else. Called only if something differs; idempotent. */
  restore(range: Range, found: Found, fresh: Fresh): Promise<void>
  /** The part that is compared before and after a drill; by default, all of it. */
  print?(found: Found): unknown
}

/** Keeps the type of the state between `read`, `differs` and `restore`, and erases it for the registry. */
// Safe: only the result of the same resource's `read` is passed to the others.
export const defineResource = <Found>(resource: Resource<Found>): Resource => resource as unknown as Resource

/** Names with what is wrong with each, or null if nothing is. */
export const listed = (items: readonly string[]): string | null => (items.length > 0 ? items.join(', ') : null)

/** Calls a function for all in parallel, and throws the first failure when all have been tried. */
export async function forEach<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  const results = await Promise.allSettled(items.map(work))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}
