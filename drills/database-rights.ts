import { z } from 'zod'
import type { Range } from '../model/range.ts'
import { databaseRole } from './database-roles.ts'

export const tableRight = z.enum(['select', 'insert', 'update', 'delete'])

/** `schema.table`, of the shop's own tables. */
export const tableName = z.enum([
  'catalog.products',
  'fulfilment.shipments',
  'inventory.stock',
  'inventory.reservations',
  'orders.orders',
  'orders.outbox',
  'payments.charges',
])

/** Rights that a service no longer has on tables of its own, as `insert on payments.charges`, sorted. */
export async function missingRights(range: Range): Promise<string[]> {
  const rows = await range.database.query<{ missing: string }>(
    `select p || ' on ' || schemaname || '.' || tablename as missing
     from pg_tables, unnest(array['select', 'insert', 'update', 'delete']) p
     where schemaname = any ($1) and tableowner = schemaname and not has_table_privilege(schemaname, schemaname || '.' || tablename, p)
     order by 1`,
    [databaseRole.options],
  )
  return rows.map(({ missing }) => missing)
}

export const grantRights = (range: Range, role: z.output<typeof databaseRole>) =>
  range.database.query(`grant all on all tables in schema ${role} to ${role}`)
