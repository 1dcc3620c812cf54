/** For browsers that cannot tell, in milliseconds. */
const withoutTelling = 1_000

/** Calls back when the browser has nothing to do; returns how to cancel that. */
export function whenIdle(call: () => void): () => void {
  if ('requestIdleCallback' in window) {
    const handle = requestIdleCallback(call)
    return () => cancelIdleCallback(handle)
  }
  const timer = setTimeout(call, withoutTelling)
  return () => clearTimeout(timer)
}
