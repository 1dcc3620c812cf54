import type { Restoration } from '../restoration.ts'
import type { CurrentDrill } from './current.ts'

/** What prevents drills, in sentences for everybody; empty most of the time. */
export function troublesOf(
  { unrestored, isSlow }: Pick<Restoration, 'unrestored' | 'isSlow'>,
  { isUnwritable }: Pick<CurrentDrill, 'isUnwritable'>,
): string[] {
  const left = unrestored?.left.map(({ title }) => title.toLowerCase()).join(', ')
  return [
    ...(left
      ? [
          `The range is not as it was before the last drill (${left}). The restore is retried every few seconds, and no drill can start until it succeeds.`,
        ]
      : isSlow
        ? ['The range is still being restored. No drill can start until that is done.']
        : []),
    ...(isUnwritable ? ['Events cannot be recorded: is the disk full? Faults are still reverted at their deadline.'] : []),
  ]
}
