import type { Table } from '../tables.ts'

export type SqlValue = string | number | string[]

/** ClickHouse, in this process or on a server, with the same SQL. */
export interface Engine {
  readonly name: string
  /** Runs a statement without a result. */
  execute(sql: string): Promise<void>
  /** Runs a query with `{name:Type}` parameters; one object for each row. Never waits for an insert, nor for another query. */
  query<Row>(sql: string, params?: Record<string, SqlValue>): Promise<Row[]>
  /**
   * Inserts the rows of a file, or a part of them: a block in the Native format, with the columns of `tables.ts`. Atomic; throws `RowsRefused` if the
   * rows themselves are the reason.
   */
  insert(table: Table, file: string, part?: { first: number; count: number }): Promise<void>
  close(): Promise<void>
}

/** The database will never accept some of these rows; any other failure may be temporary. */
export class RowsRefused extends Error {
  /** The name of the database's error, such as `decimal_overflow`. */
  readonly reason: string

  constructor(message: string, reason: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** ClickHouse's codes for invalid data (src/Common/ErrorCodes.cpp): values, sizes, or too many days at once. */
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
/** Too many parts: either an insert with too many days, which is permanent; or because merges lag behind, which is temporary. */
const tooManyParts = 252

/** The same error, as `RowsRefused` if its code says that the rows are the reason. */
export function insertError(error: unknown, code: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error)
  const tooManyDays = Number(code) === tooManyParts && /too many partitions/i.test(message)
  const reason = tooManyDays ? 'too_many_parts' : dataErrors.get(Number(code))
  return reason === undefined ? error : new RowsRefused(message, reason, { cause: error })
}
