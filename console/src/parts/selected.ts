import { useState } from 'react'

/**
 * Which entry of a list is selected: the first of what was found, until another is chosen. The list is drawn after what was typed, and a choice made in the list before is
 * none in this one.
 */
export function useSelected(sought: string | null, first: string | undefined, initially?: string): [string, (value: string) => void] {
  const [chosen, setChosen] = useState({ of: initially === undefined ? null : sought, value: initially ?? '' })
  return [chosen.of !== null && chosen.of === sought ? chosen.value : (first ?? ''), (value) => setChosen({ of: sought, value })]
}
