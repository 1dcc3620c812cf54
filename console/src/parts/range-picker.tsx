import { clock, ranges, useTimeRange, type RangeName } from '../lib/time.ts'

export function RangePicker({ usual }: { usual?: RangeName } = {}) {
  const [range, setRange] = useTimeRange(usual)
  return (
    <label className="inline">
      Time range
      <select value={'last' in range ? range.last : 'between'} onChange={(event) => setRange({ last: event.target.value as RangeName })}>
        {'from' in range && (
          <option value="between">
            {clock(range.from)} – {clock(range.to)}
          </option>
        )}
        {Object.keys(ranges).map((name) => (
          <option key={name} value={name}>
            last {name}
          </option>
        ))}
      </select>
    </label>
  )
}
