/** All that is done without waiting for time is done: on paper nothing waits for anything else, so that one turn takes all of it, and the next is to be sure. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
}
