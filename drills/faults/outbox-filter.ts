import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'

const trigger = 'partner_orders'
const routine = 'orders.leave_to_partner()'

/** Which messages the trigger drops, as a condition on the row to be written. */
const conditions = {
  'several-items': `jsonb_array_length(new.payload->'items') > 1`,
  'three-pieces': `new.payload->'items' @> '[{"quantity": 3}]'`,
  'half-of-ids': `new.order_id::text < '8'`,
} as const

/** A trigger drops some messages of orders before they are stored: the statement succeeds without writing anything, and nothing reports an error. */
export const outboxFilter = defineFault({
  id: 'outbox-filter',
  title: 'A trigger that drops messages',
  effect: 'Some orders are confirmed and never announced, and nothing fails',
  category: 'database',
  // Laid out as its proofs cover it.
  // oxfmt-ignore
  params: z.object({ drops: z.enum(['several-items', 'three-pieces', 'half-of-ids']).default('several-items').describe('Orders whose messages are dropped') }),
  plan: async () => ({}),
  async inject({ range }, { drops }) {
    await range.database.query(`create or replace function ${routine} returns trigger language plpgsql as $$
      begin
        if ${conditions[drops]} then return null; end if;
        return new;
      end $$`)
    await range.database.query(`alter function ${routine} owner to orders`)
    if (!(await isThere(range)))
      await range.database.query(`create trigger ${trigger} before insert on orders.outbox for each row execute function ${routine}`)
  },
  async revert({ range }) {
    await range.database.query(`drop trigger if exists ${trigger} on orders.outbox`)
    await range.database.query(`drop function if exists ${routine}`)
  },
  observe: ({ range }) => isThere(range),
})

async function isThere(range: Range): Promise<boolean> {
  const rows = await range.database.query(`select 1 from pg_trigger where tgname = $1 and tgrelid = 'orders.outbox'::regclass`, [trigger])
  return rows.length > 0
}
