import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { pagingBurn, useSlos, type ServiceLevel } from '../lib/data.ts'
import { formatValue } from '../../../model/value.ts'
import { queryInstant } from '../lib/prometheus.ts'
import { ranges, useTimeRange } from '../lib/time.ts'
import { Chart } from '../parts/chart.tsx'
import { useMarkers } from '../parts/markers.ts'
import { RangePicker } from '../parts/range-picker.tsx'
import { Loading, NotYet, Problem } from '../parts/states.tsx'

/** The objectives, the rest of the error budget, and its burn rate. */
export function SlosPage() {
  const [range, setRange] = useTimeRange()
  const markers = useMarkers('overview')
  const { data, error } = useSlos()
  if (error || !data) return <NotYet title="Objectives" what="objectives" error={error} />
  const seconds = 'last' in range ? ranges[range.last] : Math.max(1, Math.round((range.to - range.from) / 1_000))
  return (
    <>
      <div className="heading">
        <h1>Objectives</h1>
        <RangePicker />
      </div>
      <p className="quiet">
        The budget is the share of events that may miss the objective in the time shown. A burn rate of 1 uses it up exactly by the end of
        that time.
        {data.burn
          .filter(({ severity }) => severity === 'page')
          .map(
            ({ factor, long, short }) => ` An alert pages when the rate is above ${factor} over ${long}, and also over the last ${short}.`,
          )}
      </p>
      <div className="slos">
        {data.levels.map((level) => (
          <section key={level.alert} className="box" aria-label={`${level.journey} ${level.kind}`}>
            <div className="heading">
              <h2>
                {level.journey}: {level.kind}
              </h2>
              <Link to={`/runbooks/${level.journey}`}>Runbook</Link>
            </div>
            <Budget level={level} seconds={seconds} end={'last' in range ? null : range.to} />
            <Chart
              panel={{
                title: 'Burn',
                unit: 'count',
                queries: data.burn
                  .flatMap(({ long, short }) => [long, short])
                  .map((window) => ({
                    expr: `slo:${level.journey}_${level.kind}:bad_ratio_${window} / ${round(1 - level.objective)}`,
                    legend: `over ${window}`,
                  })),
                threshold: { value: pagingBurn(data)?.factor ?? 1, label: 'pages above' },
              }}
              range={range}
              markers={markers}
              onZoom={setRange}
            />
          </section>
        ))}
      </div>
    </>
  )
}

function Budget({ level, seconds, end }: { level: ServiceLevel; seconds: number; end: number | null }) {
  const { data, error } = useQuery({
    queryKey: ['budget', level.alert, seconds, end],
    refetchInterval: end === null ? 3_000 : false,
    queryFn: async () => {
      const events = (outcomes: string) =>
        queryInstant(
          `sum(increase(journey_events_total{journey="${level.journey}"${outcomes}}[${seconds}s]))`,
          end === null ? undefined : end / 1_000,
        )
      const [all, bad] = await Promise.all([events(''), events(`,outcome=~"${level.bad}"`)])
      return { all: all[0]?.value ?? 0, bad: bad[0]?.value ?? 0 }
    },
  })
  if (error) return <Problem error={error} />
  if (!data) return <Loading what="the budget" />
  const allowed = data.all * (1 - level.objective)
  const left = allowed > 0 ? 1 - data.bad / allowed : 1
  return (
    <>
      <p>
        {formatValue(data.all > 0 ? 1 - data.bad / data.all : 1, 'ratio')} good, {formatValue(level.objective, 'ratio')} promised.{' '}
        <b className={left < 0 ? 'bad-text' : ''}>
          {left >= 0
            ? `${formatValue(left, 'ratio')} of the budget is left`
            : `${formatValue(-left + 1, 'count')} times the budget is used up`}
        </b>{' '}
        <span className="quiet">
          ({Math.round(data.bad)} of {Math.round(data.all)} missed it, {Math.floor(allowed)} were allowed to)
        </span>
      </p>
      <meter
        min={0}
        max={1}
        low={0.25}
        high={0.5}
        optimum={1}
        value={Math.max(0, left)}
        aria-label={`Budget left of ${level.journey} ${level.kind}`}
      />
    </>
  )
}

const round = (value: number): number => Number(value.toFixed(6))
