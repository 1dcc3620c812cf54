import assert from 'node:assert/strict'
import { inspect, isDeepStrictEqual } from 'node:util'
import { poll } from '../../model/until.ts'

/**
 * Asserts what a page shows. Content arrives piece by piece, so it is read until it is as expected, for 20 s at most, and then fails with the
 * difference. Playwright's locators wait only for an element; counting elements, or reading them, does not wait.
 */
export async function comesTo<T>(read: () => Promise<T>, wanted: T, why?: string): Promise<void> {
  let last: T | undefined
  const came = await poll(20_000, async () => isDeepStrictEqual((last = await read()), wanted))
  assert.ok(came, `${why ?? 'what the page shows'}: ${inspect(last)} is not ${inspect(wanted)}`)
}
