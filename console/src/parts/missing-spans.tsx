import { useQuery } from '@tanstack/react-query'
import { api } from '../lib/api.ts'
import { clock } from '../lib/time.ts'

/** Warns when the telemetry store had no room for some spans: a span that is searched for may be missing. */
export function MissingSpans() {
  const { data } = useQuery({
    queryKey: ['completeness'],
    refetchInterval: 10_000,
    queryFn: () => api.get('/api/telemetry/completeness'),
  })
  if (data?.sinceMs == null || data.missing === 0) return null
  const percent = data.share * 100
  return (
    <p role="status" className="problem">
      {percent < 1 ? 'Less than 1' : percent.toFixed(0)} % of spans are missing since {clock(data.sinceMs)}: the telemetry store had no room
      for them.
    </p>
  )
}
