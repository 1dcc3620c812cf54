import { useState } from 'react'

const key = 'firedrill.tour'

/** Whether the tour is shown: on the first visit, until it is closed, and again on request. */
export function useTour(): { shown: boolean; end: () => void; begin: () => void } {
  const [shown, setShown] = useState(() => localStorage.getItem(key) === null)
  return {
    shown,
    end: () => {
      localStorage.setItem(key, 'seen')
      setShown(false)
    },
    begin: () => setShown(true),
  }
}
