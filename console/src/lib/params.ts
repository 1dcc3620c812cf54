import { useCallback, useLayoutEffect, useRef } from 'react'
import { useSearchParams, type SetURLSearchParams } from 'react-router'

/** The query of the address, and a function to set it that stays the same as long as the page does: what gets it need not be drawn again at each change. */
export function useParamsOfPage(): [URLSearchParams, SetURLSearchParams] {
  const [params, setParams] = useSearchParams()
  const latest = useRef(setParams)
  useLayoutEffect(() => {
    latest.current = setParams
  })
  return [params, useCallback<SetURLSearchParams>((next, options) => latest.current(next, options), [])]
}

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
