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
export class RowsRefused extends Error {
  /** The name of the database's error, as `decimal_overflow`. */
  readonly reason: string

  constructor(message: string, reason: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** ClickHouse's codes for what is wrong with data (src/Common/ErrorCodes.cpp): values, sizes, or too many days at once. */
const dataErrors = new Map([
  [6, 'cannot_parse_text'],
  [9, 'sizes_of_columns_doesnt_match'],
  [27, 'cannot_parse_input_assertion_failed'],
  [32, 'attempt_to_read_after_eof'],
  [33, 'cannot_read_all_data'],
  [38, 'cannot_parse_date'],
  [41, 'cannot_parse_datetime'],
  [53, 'type_mismatch'],
  [69, 'argument_out_of_bound'],
  [70, 'cannot_convert_type'],
  [72, 'cannot_parse_number'],
  [117, 'incorrect_data'],
  [128, 'too_large_array_size'],
  [131, 'too_large_string_size'],
  [190, 'sizes_of_arrays_dont_match'],
  [321, 'value_is_out_of_range_of_data_type'],
  [349, 'cannot_insert_null_in_ordinary_column'],
  [407, 'decimal_overflow'],
])
/** Too many parts: of one insert that has too many days, which will not change; or because merges lag behind, which passes. */
const tooManyParts = 252

/** The same error, as `RowsRefused` where its code says that it is for the rows. */
export function insertError(error: unknown, code: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error)
  const tooManyDays = Number(code) === tooManyParts && /too many partitions/i.test(message)
  const reason = tooManyDays ? 'too_many_parts' : dataErrors.get(Number(code))
  return reason === undefined ? error : new RowsRefused(message, reason, { cause: error })
}
