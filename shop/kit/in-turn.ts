/**
 * A queue that runs tasks one after another, in order; one that fails does not block the others. As in `range/in-turn.ts`: the shop imports nothing
 * from outside.
 */
export function turns(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const done = last.then(work)
    last = done.catch(() => {})
    return done
  }
}
