import { databaseRole } from '../database-roles.ts'
import { defineResource, forEach, listed } from './resource.ts'

interface Trigger {
  table: string
  name: string
}

/** The services have none. */
export const databaseTriggers = defineResource<Trigger[]>({
  id: 'database-triggers',
  title: "the database's triggers",
  after: ['datastores', 'database-roles', 'database-sessions'],
  read: (range) =>
    range.database.query<Trigger & Record<string, unknown>>(
      `select format('%I.%I', n.nspname, c.relname) as table, quote_ident(t.tgname) as name
       from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = any ($1) and not t.tgisinternal order by 1, 2`,
      [databaseRole.options],
    ),
  differs: (found) => listed(found.map(({ table, name }) => `${name} on ${table}`)),
  restore: (range, found) => forEach(found, ({ table, name }) => range.database.query(`drop trigger if exists ${name} on ${table}`)),
})
