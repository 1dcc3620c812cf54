import assert from 'node:assert/strict'
import { inspect, isDeepStrictEqual } from 'node:util'
import { poll } from '../../model/until.ts'

/**
 * Asserts what a page is to show. What it shows arrives piece by piece: it is read until it is as wanted, 20 s at most, and fails with the difference.
 * Playwright's locators wait for an element only; what one counts, or reads off it, is read at once.
 */
export async function comesTo<T>(read: () => Promise<T>, wanted: T, why?: string): Promise<void> {
  let last: T | undefined
  const came = await poll(20_000, async () => isDeepStrictEqual((last = await read()), wanted))
  assert.ok(came, `${why ?? 'what the page shows'}: ${inspect(last)} is not ${inspect(wanted)}`)
}
