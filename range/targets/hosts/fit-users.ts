import type { Range } from '../../../model/range.ts'
import { machineSchema, usersFor } from '../../machine.ts'
import type { RangeState } from '../local/state.ts'
import type { Link } from './link.ts'

/**
 * Gives the range as many users as the shop's host serves, by what that measured when it was started; only the first time that it comes, and not where
 * somebody asked for a number. Nothing when the host says nothing of itself.
 */
export async function fitUsers({
  state,
  load,
  link,
}: {
  state: Pick<RangeState, 'config' | 'configure'>
  load: Pick<Range['load'], 'setUsers'>
  link: Pick<Link, 'call'>
}): Promise<void> {
  if (!state.config().usersByShop) return
  const machine = machineSchema.nullable().parse(await link.call('machine', [], 10_000))
  if (!machine) return
  const users = usersFor(machine)
  // Kept before Locust is told, so that nothing puts back what was before.
  state.configure({ users })
  await load.setUsers(users)
  state.configure({ usersByShop: false })
}
