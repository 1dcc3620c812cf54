import pg from 'pg'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import type { Range } from '../../../model/range.ts'
import { administratorOptions } from '../../administrator.ts'
import { databaseUrl } from '../../components/service.ts'
import type { RangeContext } from '../../context.ts'

const callTimeoutMs = 10_000

/** The shop's database, for an administrator. */
export function localDatabase(context: RangeContext): Range['database'] {
  return {
    async query<Row extends Record<string, unknown>>(sql: string, params: unknown[] = []) {
      const client = new pg.Client({
        connectionString: databaseUrl(context, 'postgres'),
        connectionTimeoutMillis: 5_000,
        query_timeout: callTimeoutMs,
        application_name: 'firedrill',
        options: administratorOptions,
      })
      client.on('error', () => {})
      try {
        await client.connect()
        return (await client.query<Row>(sql, params)).rows
      } catch (error) {
        throw new FiredrillError('component-unreachable', `PostgreSQL: ${describeError(error)}`, { cause: error })
      } finally {
        await client.end().catch(() => {})
      }
    },
  }
}
