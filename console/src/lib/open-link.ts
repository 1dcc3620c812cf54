import { useCallback, type MouseEvent } from 'react'
import { useNavigate } from 'react-router'

/**
 * For pages with hundreds of links, as `<a href onClick>`: React Router's `Link` computes its address again whenever the page's changes, which is
 * slow with so many. A click with a modifier or another button is left to the browser.
 */
export function useOpenLink(): (event: MouseEvent<HTMLAnchorElement>) => void {
  const navigate = useNavigate()
  return useCallback(
    (event) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
      event.preventDefault()
      const { pathname, search } = event.currentTarget
      void navigate(`${pathname}${search}`)
    },
    [navigate],
  )
}
