/** The shop's PostgreSQL, as its administrator. */
export interface DatabasePort {
  query<Row extends Record<string, unknown>>(sql: string, params?: unknown[]): Promise<Row[]>
}

/** The shop's Redis. */
export interface CachePort {
  command(name: string, ...args: string[]): Promise<unknown>
}
