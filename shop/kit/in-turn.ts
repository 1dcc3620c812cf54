/** A line in which works are done one after another, in the order in which they came; one that fails holds up nobody. As in `range/in-turn.ts`: the shop imports nothing from outside. */
export function turns(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const done = last.then(work)
    last = done.catch(() => {})
    return done
  }
}
