import { ranges, useTimeRange, type RangeName } from '../lib/time.ts'

export function RangePicker() {
  const [range, setRange] = useTimeRange()
  return (
    <label className="inline">
      Time range
      <select value={range} onChange={(event) => setRange(event.target.value as RangeName)}>
        {Object.keys(ranges).map((name) => (
          <option key={name} value={name}>
            last {name}
          </option>
        ))}
      </select>
    </label>
  )
}
