import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'
import { auditTrigger } from '../database-triggers.ts'

/** A trigger copies each order to a table for the auditors, in which the total is too small a number: whatever costs more fails with the copy. */
export const postgresAuditTrigger = defineFault({
  id: 'postgres-audit-trigger',
  title: 'An audit trigger that refuses large orders',
  effect: 'Orders of more than 327.67 fail, smaller ones do not',
  category: 'database',
  params: z.object({}),
  plan: async () => ({}),
  async inject({ range }) {
    await range.database.query(`create table if not exists orders.audit (
      id bigint generated always as identity primary key, order_id uuid, customer text, total_cents smallint, at timestamptz not null default now())`)
    await range.database.query('alter table orders.audit owner to orders')
    await range.database.query(`create or replace function orders.note_order() returns trigger language plpgsql as $$
      begin
        insert into orders.audit (order_id, customer, total_cents) values (new.id, new.customer, new.total_cents);
        return new;
      end $$`)
    await range.database.query('alter function orders.note_order() owner to orders')
    if (!(await isThere(range)))
      await range.database.query(
        `create trigger ${auditTrigger} after insert on orders.orders for each row execute function orders.note_order()`,
      )
  },
  async revert({ range }) {
    await range.database.query(`drop trigger if exists ${auditTrigger} on orders.orders`)
    await range.database.query('drop function if exists orders.note_order()')
    await range.database.query('drop table if exists orders.audit')
  },
  observe: ({ range }) => isThere(range),
})

async function isThere(range: Range): Promise<boolean> {
  const rows = await range.database.query(`select 1 from pg_trigger where tgname = $1 and tgrelid = 'orders.orders'::regclass`, [
    auditTrigger,
  ])
  return rows.length > 0
}
