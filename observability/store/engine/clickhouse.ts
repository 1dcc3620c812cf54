import { Readable } from 'node:stream'
import { createClient } from '@clickhouse/client'
import type { Engine, SqlValue } from './engine.ts'

/** A ClickHouse server or cluster, by its HTTP URL (`http://user:password@host:8123/database`). */
export function clickhouseEngine(url: string): Engine {
  const client = createClient({ url, request_timeout: 15_000 })
  return {
    name: 'clickhouse',
    async execute(sql) {
      await client.command({ query: sql })
    },
    async query<Row>(sql: string, params: Record<string, SqlValue> = {}) {
      const result = await client.query({ query: sql, query_params: params, format: 'JSONEachRow' })
      return result.json<Row>()
    },
    async insert(table, lines) {
      await client.insert({ table, values: Readable.from([lines], { objectMode: false }), format: 'JSONEachRow' })
    },
    close: () => client.close(),
  }
}
