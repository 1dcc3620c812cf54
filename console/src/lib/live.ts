import { useQueryClient } from '@tanstack/react-query'
import { createContext, useContext, useEffect, useState } from 'react'
import type { DrillEvent } from '../../../model/drill.ts'

interface LiveStatus {
  connected: boolean
  healthy: boolean | null
  /** What prevents drills, in sentences. */
  troubles: string[]
  components: { name: string; state: string; healthy: boolean; version?: string; canaryOf?: string }[]
  /** The coach's message that is being generated, and the event that it answers. */
  coach: { drill: string; to: number; text: string } | null
}

const unknown: LiveStatus = { connected: false, healthy: null, troubles: [], components: [], coach: null }
export const LiveContext = createContext<LiveStatus>(unknown)
export const useLive = (): LiveStatus => useContext(LiveContext)

/** Follows the server's events, reconnecting by itself; data that they change is fetched again. */
export function useLiveEvents(enabled: boolean): LiveStatus {
  const [status, setStatus] = useState(unknown)
  const queries = useQueryClient()
  useEffect(() => {
    if (!enabled) return
    const source = new EventSource('/api/live')
    source.addEventListener('open', () => {
      setStatus((before) => ({ ...before, connected: true }))
      void queries.invalidateQueries({ queryKey: ['drill'] })
    })
    source.addEventListener('error', () => setStatus((before) => ({ ...before, connected: false })))
    source.addEventListener('status', (message) => {
      const news = JSON.parse(message.data) as Omit<LiveStatus, 'connected' | 'coach'>
      setStatus((before) => ({ ...before, ...news, connected: true }))
    })
    source.addEventListener('coach', (message) => {
      const coach = JSON.parse(message.data) as LiveStatus['coach']
      setStatus((before) => ({ ...before, coach }))
    })
    source.addEventListener('drill', (message) => {
      const event = JSON.parse(message.data) as DrillEvent
      // The message is complete, or was withheld.
      if (event.type === 'coach-replied') setStatus((before) => ({ ...before, coach: null }))
      void queries.invalidateQueries({ queryKey: ['drill', event.drill] })
      void queries.invalidateQueries({ queryKey: ['drills'] })
      if (event.type.startsWith('page-')) void queries.invalidateQueries({ queryKey: ['alerts'] })
      if (event.type === 'action-run') void queries.invalidateQueries({ queryKey: ['changes'] })
    })
    return () => source.close()
  }, [enabled, queries])
  return status
}
