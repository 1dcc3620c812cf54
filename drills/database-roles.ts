import { z } from 'zod'
import type { Range } from '../model/range.ts'

/** The roles that own the services' schemas. */
export const databaseRole = z.enum(['catalog', 'inventory', 'orders', 'payments', 'fulfilment'])

/** A session keeps the settings and limits that it began with, so the sessions of these roles are ended and begin again. */
export const endSessionsOf = (range: Range, roles: readonly string[]) =>
  range.database.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = any ($1)', [roles])
