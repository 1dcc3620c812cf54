/**
 * Waits until everything is done that does not wait for time: in the simulation nothing waits for anything else, so that one turn is enough, and the
 * next is for safety.
 */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
}
