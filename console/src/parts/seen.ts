import { useEffect } from 'react'
import { shopComponentName, withoutProxy } from '../../../model/components.ts'
import type { ViewKind } from '../../../model/scenario.ts'
import { api } from '../lib/api.ts'
import { useDrills } from '../lib/data.ts'

/** How often something on the screen is reported to the drill, in milliseconds; and how many times at most. */
const againAfterMs = 3_200
const mostTimes = 4

/** Reports to the running drill what is on its trainee's screen, until it counts as looked at or is gone. */
export function useSeen(view: ViewKind, component: string | null, detail: string): void {
  const running = useDrills().data?.running ?? null
  useEffect(() => {
    if (running === null) return
    // A proxy's data is about its service.
    const known = shopComponentName.safeParse(component && withoutProxy(component))
    const seen = { view, component: known.success ? known.data : null, detail: detail.slice(0, 200) }
    let gone = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const tell = async (times: number): Promise<void> => {
      const shown = document.visibilityState === 'visible'
      const counted = shown && (await api.post('/api/drills/:id/views', { id: running, body: seen }).catch(() => null))?.counted
      if (!gone && !counted && times < mostTimes) timer = setTimeout(() => void tell(shown ? times + 1 : times), againAfterMs)
    }
    void tell(1)
    return () => {
      gone = true
      clearTimeout(timer)
    }
  }, [running, view, component, detail])
}
