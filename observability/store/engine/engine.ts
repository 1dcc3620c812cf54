export type SqlValue = string | number | string[]

/** ClickHouse, in this process or on a server: the same SQL. */
export interface Engine {
  readonly name: string
  /** Runs a statement that answers nothing. */
  execute(sql: string): Promise<void>
  /** Runs a query with `{name:Type}` parameters; one object for each row. */
  query<Row>(sql: string, params?: Record<string, SqlValue>): Promise<Row[]>
  /** Inserts rows given as JSONEachRow, one object on each line. */
  insert(table: string, lines: Buffer): Promise<void>
  close(): Promise<void>
}
