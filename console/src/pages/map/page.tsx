import { useQuery } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { EdgeFaults } from '../../parts/edge-faults.tsx'
import { NotYet } from '../../parts/states.tsx'
import { isOfShop } from './part.ts'

import { MapInTime } from './in-time.tsx'
interface Hosts {
  connected: boolean
  roundTripMs: number | null
  clockOffsetMs: number | null
}

/** Calls between components, their current state, and the blast radius of a problem. */
export function MapPage() {
  const range = useQuery({
    queryKey: ['range'],
    queryFn: () => api.get('/api/range'),
    refetchInterval: 10_000,
  })
  const session = useQuery({ queryKey: ['session'], queryFn: () => api.get('/api/session') })
  if (range.error || !range.data) return <NotYet title="Map" what="the map" error={range.error} />
  const parts = range.data.topology.filter(isOfShop)
  return (
    <>
      <h1>Map</h1>
      <HostsLine hosts={range.data.hosts} />
      <p className="quiet">
        Calls over the last ten seconds, as their callers see them: how many, the 95th percentile of their latency, and how many fail. A
        component with an alert is red; components that depend on it are amber.
      </p>
      <MapInTime parts={parts} />
      {session.data?.role === 'instructor' && <EdgeFaults parts={parts} />}
    </>
  )
}

/** The state of the shop's host, if it is another one than the monitoring host. */
function HostsLine({ hosts }: { hosts: Hosts | null }) {
  if (!hosts) return null
  if (!hosts.connected) return <p className="caution">The shop’s host cannot be reached. What you see of the shop is out of date.</p>
  return (
    <p className="quiet">
      The shop runs on a host of its own
      {hosts.roundTripMs !== null && hosts.clockOffsetMs !== null
        ? `, ${hosts.roundTripMs.toFixed(1)} ms round trip, its clock ${Math.abs(hosts.clockOffsetMs).toFixed(1)} ms ${hosts.clockOffsetMs < 0 ? 'behind' : 'ahead'}`
        : ''}
      .
    </p>
  )
}
