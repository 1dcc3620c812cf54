import type { Range } from '../../../model/range.ts'
import { usersFor } from '../../machine.ts'
import type { RangeState } from '../local/state.ts'
import type { ShopStub } from './shop-methods.ts'

/**
 * Gives the range as many users as the shop's host serves, by what that measured when it was started; only the first time that it comes, and not where
 * somebody asked for a number. Nothing when the host says nothing of itself.
 */
export async function fitUsers({
  state,
  load,
  shop,
}: {
  state: Pick<RangeState, 'config' | 'configure'>
  load: Pick<Range['load'], 'setUsers'>
  shop: Pick<ShopStub['host'], 'machine'>
}): Promise<void> {
  if (!state.config().usersByShop) return
  const machine = await shop.machine()
  if (!machine) return
  const users = usersFor(machine)
  // Kept before Locust is told, so that nothing puts back what was before.
  state.configure({ users })
  await load.setUsers(users)
  state.configure({ usersByShop: false })
}
