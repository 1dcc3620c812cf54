import { useLayoutEffect, useRef, type RefObject } from 'react'

/**
 * For the root of a cmdk list that is rendered after the input: selects the first entry of each new list, like the key Home. By itself cmdk selects
 * the first of the previous list, and keeps that, or nothing if it is gone.
 */
export function useFirstSelected(sought: string | null): RefObject<HTMLDivElement | null> {
  const root = useRef<HTMLDivElement>(null)
  const drawn = useRef(sought)
  useLayoutEffect(() => {
    const before = drawn.current
    drawn.current = sought
    if (before === null || before === sought) return
    root.current?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Home', bubbles: true, cancelable: true }))
  }, [sought])
  return root
}
