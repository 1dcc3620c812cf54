import { useCallback, useLayoutEffect, useRef } from 'react'
import { useSearchParams, type SetURLSearchParams } from 'react-router'

/** The query of the address, and a stable function to set it, so that components that get it need not re-render. */
export function useParamsOfPage(): [URLSearchParams, SetURLSearchParams] {
  const [params, setParams] = useSearchParams()
  const latest = useRef(setParams)
  useLayoutEffect(() => {
    latest.current = setParams
  })
  return [params, useCallback<SetURLSearchParams>((next, options) => latest.current(next, options), [])]
}

/** Changes the current query of the address, not that of the last render: the second of two quick changes must not undo the first. */
export function changeParams(
  setParams: SetURLSearchParams,
  change: (params: URLSearchParams) => void,
  options?: { replace?: boolean },
): void {
  const params = new URLSearchParams(window.location.search)
  change(params)
  setParams(params, options)
}

/** Sets these in the address, and removes those without a value. */
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
