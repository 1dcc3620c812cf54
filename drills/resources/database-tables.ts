import type { Range } from '../../model/range.ts'
import { freshChecks, replaceCheck } from '../database-checks.ts'
import { databaseRole } from '../database-roles.ts'
import { defineResource, forEach, listed } from './resource.ts'

/** Columns of the services' tables, as their migrations create them. */
const freshColumns: Readonly<Record<string, readonly string[]>> = {
  'catalog.products': ['sku', 'name', 'category', 'description', 'price_cents', 'updated_at'],
  'fulfilment.shipments': ['order_id', 'customer', 'parcels', 'created_at'],
  'inventory.reservations': ['order_id', 'sku', 'warehouse', 'quantity', 'state', 'created_at'],
  'inventory.stock': ['sku', 'warehouse', 'available', 'reserved', 'shipped'],
  'orders.orders': [
    'id',
    'idempotency_key',
    'customer',
    'items',
    'total_cents',
    'state',
    'created_at',
    'confirmed_at',
    'fulfilled_at',
    'undone_at',
  ],
  'orders.outbox': ['id', 'order_id', 'routing_key', 'payload', 'trace_context', 'created_at'],
  'payments.charges': ['order_id', 'amount_cents', 'state', 'receipt', 'created_at'],
  'payments.sandbox': ['latency_ms', 'hang_percent', 'only_row'],
}
const afterRoles = ['datastores', 'database-roles', 'database-sessions']
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

interface Column {
  table: string
  name: string
}

/** A mandatory column that no release writes prevents every insert. */
export const databaseColumns = defineResource<Column[]>({
  id: 'database-columns',
  title: "the columns of the database's tables",
  after: afterRoles,
  async read(range) {
    const rows = await range.database.query<Column & Record<string, unknown>>(
      `select n.nspname || '.' || c.relname as table, a.attname as name
       from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
       where n.nspname || '.' || c.relname = any ($1) and a.attnum > 0 and not a.attisdropped order by 1, 2`,
      [Object.keys(freshColumns)],
    )
    return rows.filter(({ table, name }) => !freshColumns[table]?.includes(name)).map(({ table, name }) => ({ table, name }))
  },
  differs: (found) => listed(found.map(({ table, name }) => `${table} has ${name}`)),
  restore: (range, found) =>
    forEach(found, ({ table, name }) => range.database.query(`alter table ${table} drop column if exists ${quoted(name)}`)),
})

interface Check {
  table: string
  name: string
  definition: string
}
const isFresh = (check: Check): boolean => freshChecks.some((fresh) => fresh.name === check.name && fresh.definition === check.definition)
const missing = (found: readonly Check[]) =>
  freshChecks.filter(
    (fresh) =>
      !found.some(({ table, name, definition }) => table === fresh.table && name === fresh.name && definition === fresh.definition),
  )

/** Check constraints. */
export const databaseChecks = defineResource<Check[]>({
  id: 'database-checks',
  title: "the constraints of the database's tables",
  after: [...afterRoles, 'database-columns'],
  async read(range) {
    const rows = await range.database.query<Check & Record<string, unknown>>(
      `select n.nspname || '.' || c.relname as table, k.conname as name, pg_get_constraintdef(k.oid) as definition
       from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
       where k.contype = 'c' and n.nspname || '.' || c.relname = any ($1) order by 1, 2`,
      [Object.keys(freshColumns)],
    )
    return rows.map(({ table, name, definition }) => ({ table, name, definition }))
  },
  differs: (found) =>
    listed([
      ...found.filter((check) => !isFresh(check)).map(({ table, name, definition }) => `${table} has ${name} ${definition}`),
      ...missing(found).map(({ table, name }) => `missing: ${name} on ${table}`),
    ]),
  async restore(range, found) {
    for (const { table, name } of found.filter((check) => !isFresh(check)))
      await range.database.query(`alter table ${table} drop constraint if exists ${quoted(name)}`)
    for (const { table, name, definition } of missing(found)) await replaceCheck(range, table, name, definition)
  },
})

interface Hidden {
  table: string
  policies: string[]
}
const hidden = (range: Range) =>
  range.database.query<Hidden & Record<string, unknown>>(
    `select n.nspname || '.' || quote_ident(c.relname) as table,
       array(select quote_ident(p.polname) from pg_policy p where p.polrelid = c.oid order by 1) as policies
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any ($1) and c.relkind in ('r', 'p')
       and (c.relrowsecurity or c.relforcerowsecurity or exists (select from pg_policy p where p.polrelid = c.oid)) order by 1`,
    [databaseRole.options],
  )

/** Rows that some roles cannot see. */
export const databaseRowSecurity = defineResource<Hidden[]>({
  id: 'database-row-security',
  title: "row security of the database's tables",
  after: afterRoles,
  read: hidden,
  differs: (found) => listed(found.map(({ table, policies }) => `${table} has row security (${policies.join(', ') || 'no policy'})`)),
  restore: (range, found) =>
    forEach(found, async ({ table, policies }) => {
      await range.database.query(`alter table ${table} disable row level security, no force row level security`)
      for (const policy of policies) await range.database.query(`drop policy if exists ${policy} on ${table}`)
    }),
})
