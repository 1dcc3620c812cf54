import pg from 'pg'
import { administratorOptions } from '../administrator.ts'
import type { Readiness } from './readiness.ts'

/** Ready when a new connection runs a statement. */
export function postgresReady(url: string): Readiness {
  return {
    what: 'PostgreSQL',
    async check(timeoutMs) {
      const client = new pg.Client({
        connectionString: url,
        connectionTimeoutMillis: timeoutMs,
        query_timeout: timeoutMs,
        application_name: 'firedrill-probe',
        options: administratorOptions,
      })
      client.on('error', () => {})
      try {
        await client.connect()
        await client.query('select 1')
      } finally {
        await client.end().catch(() => {})
      }
    },
  }
}
