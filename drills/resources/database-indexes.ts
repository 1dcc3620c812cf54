import { databaseRole } from '../database-roles.ts'
import { defineResource, listed } from './resource.ts'

interface Index {
  schema: string
  name: string
  definition: string
  /** An index whose build was aborted exists, but no statement uses it. */
  valid: boolean
}

/** Indexes that the services' migrations create, apart from those of keys; as PostgreSQL writes them. */
export const freshIndexes: readonly string[] = [
  'CREATE INDEX products_category ON catalog.products USING btree (category, sku)',
  `CREATE INDEX orders_confirmed ON orders.orders USING btree (confirmed_at) WHERE (state = 'confirmed'::text)`,
  `CREATE INDEX orders_pending ON orders.orders USING btree (created_at) WHERE (state = 'pending'::text)`,
  `CREATE INDEX orders_to_undo ON orders.orders USING btree (created_at) WHERE ((state = 'failed'::text) AND (undone_at IS NULL))`,
]
const isFresh = ({ definition, valid }: Index): boolean => valid && freshIndexes.includes(definition)
const missing = (found: readonly Index[]): string[] =>
  freshIndexes.filter((definition) => !found.some((index) => index.definition === definition && index.valid))

export const databaseIndexes = defineResource<Index[]>({
  id: 'database-indexes',
  title: "the database's indexes",
  after: ['datastores', 'database-roles', 'database-sessions'],
  read: (range) =>
    range.database.query<Index & Record<string, unknown>>(
      `select n.nspname as schema, c.relname as name, pg_get_indexdef(i.indexrelid) as definition, i.indisvalid as valid
       from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = any ($1) and not exists (select from pg_constraint k where k.conindid = i.indexrelid) order by 1, 2`,
      [databaseRole.options],
    ),
  differs: (found) =>
    listed([
      ...found.filter((index) => !isFresh(index)).map(({ schema, name }) => `${schema}.${name} is more`),
      ...missing(found).map((definition) => `missing: ${definition}`),
    ]),
  async restore(range, found) {
    for (const index of found)
      if (!isFresh(index)) await range.database.query(`drop index if exists ${quoted(index.schema)}.${quoted(index.name)}`)
    for (const definition of missing(found)) await range.database.query(definition.replace('CREATE INDEX', 'CREATE INDEX IF NOT EXISTS'))
  },
  print: (found) => found.map(({ definition, valid }) => (valid ? definition : `${definition} (invalid)`)),
})

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
