import { useLayoutEffect, useRef, type RefObject } from 'react'

/**
 * For the root of a list of cmdk that is drawn after what was typed: selects the first entry of each new list, as the key Home does. By itself cmdk selects the first of
 * the list before it, and keeps that, or nothing where it is gone.
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
