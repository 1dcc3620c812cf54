import { HttpError } from '../kit/errors.ts'

/** Prices that are older than this may have changed, and nobody is to pay them. */
const keptForMs = 60_000

/** Throws where prices were not given just now, at `asOf` (ISO 8601), but long ago or in the future. `now` in milliseconds since the epoch. */
export function requireCurrent(asOf: string, now: number): void {
  if (Math.abs(now - Date.parse(asOf)) <= keptForMs) return
  throw new HttpError(503, 'prices-out-of-date', `these prices were given at ${asOf}, and are good for ${keptForMs / 1_000} s`)
}
