import { z } from 'zod'

/** The last moment that a column of nanoseconds can hold (DateTime64(9)), in milliseconds since 1970: in the year 2262. */
export const lastMs = 9_223_372_036_000

/** A time in a query, in milliseconds since 1970, as text or number. */
export const timeMs = z.coerce.number().min(0, 'a time is in milliseconds since 1970').max(lastMs, 'a time is in milliseconds since 1970')
