import type { Table } from '../tables.ts'

export type SqlValue = string | number | string[]

/** ClickHouse, in this process or on a server: the same SQL. */
export interface Engine {
  readonly name: string
  /** Runs a statement that answers nothing. */
  execute(sql: string): Promise<void>
  /** Runs a query with `{name:Type}` parameters; one object for each row. Never waits for an insert, nor for another query. */
  query<Row>(sql: string, params?: Record<string, SqlValue>): Promise<Row[]>
  /**
   * Inserts the rows of a file, or a part of them: a block in the Native format, with the columns of `tables.ts`. All of them, or none: then
   * throws `RowsRefused` when it is for the rows.
   */
  insert(table: Table, file: string, part?: { first: number; count: number }): Promise<void>
  close(): Promise<void>
}

/** The database will never take some of these rows; any other failure may pass. */
export class RowsRefused extends Error {}

/** ClickHouse's codes for what is wrong with data (src/Common/ErrorCodes.cpp): values, sizes, or too many days at once. */
const dataErrors = new Set([6, 9, 27, 32, 33, 38, 41, 53, 69, 70, 72, 117, 128, 131, 190, 321, 349, 407])
/** Too many parts: of one insert that has too many days, which will not change; or because merges lag behind, which passes. */
const tooManyParts = 252

/** The same error, as `RowsRefused` where its code says that it is for the rows. */
export function insertError(error: unknown, code: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error)
  const isForRows = dataErrors.has(Number(code)) || (Number(code) === tooManyParts && /too many partitions/i.test(message))
  return isForRows ? new RowsRefused(message, { cause: error }) : error
}
