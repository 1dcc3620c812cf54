import type { Range } from '../../../model/range.ts'
import { usersFor } from '../../machine.ts'
import type { RangeState } from '../local/state.ts'
import type { ShopStub } from './shop-methods.ts'

/**
 * Gives the range as many users as the shop's host can serve, by the measurement at its start; only the first time that it connects, and not if
 * somebody requested a number. Does nothing without a measurement.
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
  // Stored before Locust is told, so that nothing restores the previous number.
  state.configure({ users })
  await load.setUsers(users)
  state.configure({ usersByShop: false })
}
