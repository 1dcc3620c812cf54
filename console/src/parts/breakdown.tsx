import { useQuery } from '@tanstack/react-query'
import type { Unit } from '../../../model/dashboard.ts'
import { formatValue } from '../../../model/value.ts'
import { breakdown, labelsOf, splittable, type Breakdown, type Splittable } from '../lib/breakdown.ts'
import { queryInstant } from '../lib/prometheus.ts'
import { bounds, clock, useTimeRange, type TimeRange } from '../lib/time.ts'
import { Empty, Loading, Problem } from './states.tsx'

const mostLabels = 8
const shownLabels = 3
const shownValues = 5

interface Props {
  query: string
  unit: Unit
  /** Runs the query once more, split by a label. */
  onSplit: (query: string) => void
}

/** Which value of which label made a query rise since the start of the range: the label whose values rose most unevenly comes first. */
export function BreakdownByLabel({ query, unit, onSplit }: Props) {
  const [range] = useTimeRange()
  const split = splittable(query)
  const { data, error } = useQuery({
    queryKey: ['breakdown', query, range],
    queryFn: () => ask(split as Splittable, range),
    enabled: split !== null,
    retry: false,
  })
  if (!split) return <Empty>This query cannot be split by a label. Write it with sum, avg, max, min or count, with or without "by".</Empty>
  if (error) return <Problem error={error} />
  if (!data) return <Loading what="the labels" />
  const [first] = data.found
  if (!first) return <Empty>The series of this query do not differ in any label.</Empty>
  return (
    <section className="box" aria-label="By label">
      <h2>Why is this high?</h2>
      <p>{sentence(first, clock(data.before))}</p>
      <div className="breakdowns">
        {data.found.slice(0, shownLabels).map((each) => (
          <Table key={each.label} {...each} unit={unit} onSplit={() => onSplit(split.by(each.label))} />
        ))}
      </div>
    </section>
  )
}

async function ask(split: Splittable, range: TimeRange): Promise<{ before: number; found: Breakdown[] }> {
  const { from, to } = bounds(range)
  const series = await queryInstant(`group without (le) (${split.selector})`, to / 1_000)
  const labels = labelsOf(series.map(({ metric }) => metric)).slice(0, mostLabels)
  const found = await Promise.all(
    labels.map(async (label) => {
      const [now, before] = await Promise.all([to, from].map((at) => queryInstant(split.by(label), at / 1_000)))
      return breakdown(label, now ?? [], before ?? [], split.additive)
    }),
  )
  return { before: from, found: found.filter(({ parts }) => parts.length > 1).toSorted((a, b) => b.standsOut - a.standsOut) }
}

/** The result for the first label. Its first value stands out if the second rose by at most half as much. */
function sentence({ label, parts, standsOut }: Breakdown, since: string): string {
  const [first] = parts
  if (!first || standsOut < 0.5) return `No label stands out: since ${since}, nothing has risen, or everything has risen alike.`
  const share = first.share === null ? '' : ` It makes up ${Math.min(100, Math.round(first.share * 100))} % of the increase.`
  return `Since ${since}, ${label} "${first.value}" has risen far more than the others.${share}`
}

interface TableProps extends Breakdown {
  unit: Unit
  onSplit: () => void
}

function Table({ label, parts, unit, onSplit }: TableProps) {
  const shared = parts.some(({ share }) => share !== null)
  return (
    <div className="table" tabIndex={0} role="group" aria-label={`By ${label}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <button className="link" onClick={onSplit} title="Draw the graph by this label">
                {label}
              </button>
            </th>
            <th scope="col">before</th>
            <th scope="col">now</th>
            {shared && <th scope="col">of the increase</th>}
          </tr>
        </thead>
        <tbody>
          {parts.slice(0, shownValues).map(({ value, now, before, share }) => (
            <tr key={value}>
              <th scope="row">{value === '' ? 'none' : value}</th>
              <td>{formatValue(before, unit)}</td>
              <td>{formatValue(now, unit)}</td>
              {shared && <td>{share === null ? '' : `${Math.round(share * 100)} %`}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {parts.length > shownValues && <p className="quiet">{parts.length - shownValues} more</p>}
    </div>
  )
}
