import type { SetURLSearchParams } from 'react-router'

/**
 * Changes the query of the address as it is now, not as it was when the page was last drawn: of two changes in quick succession
 * the second must not undo the first.
 */
export function changeParams(
  setParams: SetURLSearchParams,
  change: (params: URLSearchParams) => void,
  options?: { replace?: boolean },
): void {
  const params = new URLSearchParams(window.location.search)
  change(params)
  setParams(params, options)
}
