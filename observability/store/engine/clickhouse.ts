import { createReadStream } from 'node:fs'
import { ClickHouseError, createClient } from '@clickhouse/client'
import { columnsOf, insertInto } from '../tables.ts'
import { type Engine, insertError, type SqlValue } from './engine.ts'

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
    async insert(table, file, part) {
      const { selected, structure } = columnsOf(table)
      const range = part ? `SELECT ${selected} FROM input('${structure}') LIMIT ${part.count} OFFSET ${part.first} ` : ''
      const query = `${insertInto(table)} ${range}FORMAT Native`
      const { stream } = await client.exec({ query, values: createReadStream(file) }).catch((error: unknown) => {
        throw insertError(error, error instanceof ClickHouseError ? error.code : undefined)
      })
      stream.resume()
    },
    close: () => client.close(),
  }
}
