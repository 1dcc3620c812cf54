import { Session } from 'chdb'
import type { Engine, SqlValue } from './engine.ts'

/** ClickHouse inside this process, with its data in a folder. Queries run off the event loop. */
export function chdbEngine(folder: string): Engine {
  const session = new Session(folder)
  session.query('CREATE DATABASE IF NOT EXISTS telemetry')
  session.query('USE telemetry')
  return {
    name: 'chdb',
    async execute(sql) {
      await session.queryAsync(sql)
    },
    async query<Row>(sql: string, params: Record<string, SqlValue> = {}) {
      const options = { format: 'JSONEachRow', timeout: 15_000 }
      const result =
        Object.keys(params).length > 0 ? await session.queryBindAsync(sql, params, options) : await session.queryAsync(sql, options)
      const text = result.text()
      // Safe: the caller's SQL names the columns of its Row.
      return text === ''
        ? []
        : text
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line) as Row)
    },
    async insert(table, lines) {
      await session.insert({ table, values: lines, format: 'JSONEachRow' })
    },
    close: async () => session.close(),
  }
}
