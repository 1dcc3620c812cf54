import type { Range } from '../model/range.ts'

/** Check constraints that the services' migrations create, as PostgreSQL writes them. */
export const freshChecks: readonly { table: string; name: string; definition: string }[] = [
  { table: 'catalog.products', name: 'products_price_cents_check', definition: 'CHECK ((price_cents > 0))' },
  { table: 'inventory.reservations', name: 'reservations_quantity_check', definition: 'CHECK ((quantity > 0))' },
  {
    table: 'inventory.reservations',
    name: 'reservations_state_check',
    definition: `CHECK ((state = ANY (ARRAY['held'::text, 'shipped'::text, 'released'::text])))`,
  },
  { table: 'inventory.stock', name: 'stock_available_check', definition: 'CHECK ((available >= 0))' },
  { table: 'inventory.stock', name: 'stock_reserved_check', definition: 'CHECK ((reserved >= 0))' },
  { table: 'inventory.stock', name: 'stock_shipped_check', definition: 'CHECK ((shipped >= 0))' },
  {
    table: 'orders.orders',
    name: 'orders_state_check',
    definition: `CHECK ((state = ANY (ARRAY['pending'::text, 'confirmed'::text, 'declined'::text, 'sold-out'::text, 'failed'::text, 'fulfilled'::text])))`,
  },
  {
    table: 'payments.charges',
    name: 'charges_amount_cents_check',
    definition: `CHECK (((amount_cents > 0) OR (state = 'refunded'::text)))`,
  },
  {
    table: 'payments.charges',
    name: 'charges_state_check',
    definition: `CHECK ((state = ANY (ARRAY['charged'::text, 'declined'::text, 'refunded'::text])))`,
  },
  {
    table: 'payments.sandbox',
    name: 'sandbox_hang_percent_check',
    definition: 'CHECK (((hang_percent >= (0)::double precision) AND (hang_percent <= (100)::double precision)))',
  },
  { table: 'payments.sandbox', name: 'sandbox_latency_ms_check', definition: 'CHECK ((latency_ms >= 0))' },
  { table: 'payments.sandbox', name: 'sandbox_only_row_check', definition: 'CHECK (only_row)' },
]

/** The definition on a fresh range. */
export function checkConstraint(table: string, name: string): string {
  const found = freshChecks.find((check) => check.table === table && check.name === name)
  if (!found) throw new Error(`no migration makes ${name} on ${table}`)
  return found.definition
}

/** In one statement, so that no row is inserted in between. */
export const replaceCheck = async (range: Range, table: string, name: string, definition: string): Promise<void> =>
  void (await range.database.query(`alter table ${table} drop constraint if exists ${name}, add constraint ${name} ${definition}`))
