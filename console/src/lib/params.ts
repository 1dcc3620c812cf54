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

/** Sets these in the address; those without a value are taken out of it. */
export const putParams = (
  setParams: SetURLSearchParams,
  values: Readonly<Record<string, string | null>>,
  options?: { replace?: boolean },
): void =>
  changeParams(
    setParams,
    (now) => {
      for (const [name, value] of Object.entries(values)) {
        if (value) now.set(name, value)
        else now.delete(name)
      }
    },
    options,
  )
