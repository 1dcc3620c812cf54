import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'
import { auditTrigger } from '../database-triggers.ts'

interface Copy {
  /** A column of the copy, with its type. */
  column: string
  /** The value from the new order. */
  value: string
}

/** Orders of more than 327.67, of one product, or of more than three pieces. */
const kind = z.enum(['large-totals', 'single-products', 'many-pieces'])
const total: Copy = { column: 'total_cents integer', value: 'new.total_cents' }
/** The audit's columns for each order, in addition to its number and customer. */
const copies: Record<z.output<typeof kind>, Copy[]> = {
  'large-totals': [{ column: 'total_cents smallint', value: 'new.total_cents' }],
  'single-products': [total, { column: 'second_sku text not null', value: `new.items->1->>'sku'` }],
  'many-pieces': [
    total,
    {
      column: 'pieces integer check (pieces <= 3)',
      value: `(select sum((item->>'quantity')::integer) from jsonb_array_elements(new.items) item)`,
    },
  ],
}

/** A trigger copies each order to an audit table whose columns are too small for some of them: those orders fail with the copy. */
export const postgresAuditTrigger = defineFault({
  id: 'postgres-audit-trigger',
  title: 'An audit trigger that refuses some orders',
  effect: 'Orders of one kind fail, by default those of more than 327.67, and others do not',
  category: 'database',
  params: z.object({
    refuses: kind.default('large-totals').describe('The orders whose copy fails'),
  }),
  plan: async () => ({}),
  async inject({ range }, { refuses }) {
    const copied = copies[refuses]
    const names = copied.map(({ column }) => column.split(' ')[0])
    await range.database.query(`create table if not exists orders.audit (
      id bigint generated always as identity primary key, order_id uuid, customer text,
      ${copied.map(({ column }) => column).join(', ')}, at timestamp with time zone not null default now())`)
    await range.database.query('alter table orders.audit owner to orders')
    await range.database.query(`create or replace function orders.note_order() returns trigger language plpgsql as $$
      begin
        insert into orders.audit (order_id, customer, ${names.join(', ')})
        values (new.id, new.customer, ${copied.map(({ value }) => value).join(', ')});
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
