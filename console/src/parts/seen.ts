import { useEffect } from 'react'
import { shopComponentName } from '../../../model/components.ts'
import type { ViewKind } from '../../../model/scenario.ts'
import { post } from '../lib/api.ts'
import { useDrills } from '../lib/data.ts'

/** Tells the drill that runs what its trainee looks at. */
export function useSeen(view: ViewKind, component: string | null, detail: string): void {
  const running = useDrills().data?.running ?? null
  useEffect(() => {
    if (running === null) return
    // What a proxy shows is about its service.
    const known = shopComponentName.safeParse(component?.replace(/-proxy$/, ''))
    void post(`/api/drills/${running}/views`, { view, component: known.success ? known.data : null, detail: detail.slice(0, 200) }).catch(
      () => {},
    )
  }, [running, view, component, detail])
}
