import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { api } from '../../lib/api.ts'
import { putParams } from '../../lib/params.ts'
import { clock, ranges, useNow, useTimeRange } from '../../lib/time.ts'
import { Playback } from '../../parts/playback.tsx'
import { RangePicker } from '../../parts/range-picker.tsx'
import { Loading, Problem } from '../../parts/states.tsx'
import { isOfShop, type Part } from './part.ts'

import { ShopMap } from './shop-map.tsx'
/** Now, or any moment of the time range, played or chosen. */
export function MapInTime({ parts }: { parts: Part[] }) {
  const [range] = useTimeRange()
  const [params, setParams] = useSearchParams()
  const asked = Number(params.get('at')) || null
  const now = useNow(5_000)
  const to = 'to' in range ? range.to : now
  const from = 'from' in range ? range.from : now - ranges[range.last] * 1_000
  const at = asked === null ? null : Math.min(to, Math.max(from, asked))
  const show = (moment: number | null) =>
    putParams(setParams, { at: moment === null ? null : String(Math.round(moment)) }, { replace: true })
  return (
    <>
      <div className="map-time" role="group" aria-label="Time of the map">
        <Playback from={from} to={to} moment={at ?? to} onMoment={show} />
        <input
          type="range"
          aria-label="Moment"
          aria-valuetext={at === null ? 'now' : clock(at)}
          min={from}
          max={to}
          step={1_000}
          value={at ?? to}
          onChange={(event) => show(Number(event.target.value) >= to - 1_000 ? null : Number(event.target.value))}
        />
        <b>{at === null ? 'now' : clock(at)}</b>
        {at !== null && <button onClick={() => show(null)}>Back to now</button>}
        <RangePicker />
      </div>
      <ShopMap parts={parts} at={at} />
    </>
  )
}

/** The map as it was at a moment, in milliseconds since the epoch. */
export function MapAt({ at }: { at: number }) {
  const range = useQuery({ queryKey: ['range'], queryFn: () => api.get('/api/range') })
  if (range.error) return <Problem error={range.error} />
  if (!range.data) return <Loading what="the map" />
  return <ShopMap parts={range.data.topology.filter(isOfShop)} at={at} />
}
