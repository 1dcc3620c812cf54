import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'

const trigger = 'confirmed_in_local_time'
const routine = 'orders.use_local_time()'

/** A trigger writes the time of a confirmation in the local time of another city: durations measured from it are hours off. */
export const postgresLocalTime = defineFault({
  id: 'postgres-local-time',
  title: 'A trigger that writes local time',
  effect: 'Each order seems to have waited for hours, however soon it is shipped',
  category: 'database',
  // Laid out as its proofs cover it.
  // oxfmt-ignore
  params: z.object({
    zone: z.enum(['America/New_York', 'America/Los_Angeles', 'America/Sao_Paulo']).default('America/New_York').describe('Time zone that new sessions get')
  }),
  plan: async () => ({}),
  async inject({ range }, { zone }) {
    await range.database.query(`create or replace function ${routine} returns trigger language plpgsql as $$
      begin
        if new.state = 'confirmed' and old.state = 'pending' then
          new.confirmed_at := (new.confirmed_at at time zone '${zone}') at time zone 'UTC';
        end if;
        return new;
      end $$`)
    await range.database.query(`alter function ${routine} owner to orders`)
    if (!(await isThere(range)))
      await range.database.query(`create trigger ${trigger} before update on orders.orders for each row execute function ${routine}`)
  },
  async revert({ range }) {
    await range.database.query(`drop trigger if exists ${trigger} on orders.orders`)
    await range.database.query(`drop function if exists ${routine}`)
  },
  observe: ({ range }) => isThere(range),
})

async function isThere(range: Range): Promise<boolean> {
  const rows = await range.database.query(`select 1 from pg_trigger where tgname = $1 and tgrelid = 'orders.orders'::regclass`, [trigger])
  return rows.length > 0
}
