import { useQuery } from '@tanstack/react-query'
import { pagingBurn, useSlos } from '../lib/data.ts'
import { queryInstant } from '../lib/prometheus.ts'

/** What users feel right now, before anything that machines report: how many of their requests fail or take too long. */
export function UsersPain() {
  const slos = useSlos()
  const paging = pagingBurn(slos.data)
  const ratios = useQuery({
    queryKey: ['pain'],
    enabled: paging !== undefined,
    refetchInterval: 2_000,
    queryFn: async () => {
      const samples = await queryInstant(`{__name__=~"slo:.+:bad_ratio_${paging?.short}"}`)
      return new Map(samples.map(({ metric, value }) => [metric['__name__']?.replace(/^slo:|:bad_ratio_.*/g, '') ?? '', value]))
    },
  })
  if (!slos.data || !paging) return null
  const journeys = [...Map.groupBy(slos.data.levels, ({ journey }) => journey)]
  return (
    <section aria-label="What users feel" className="pain">
      {journeys.map(([journey, levels]) => (
        <dl key={journey}>
          <dt>{journey}</dt>
          {levels.map(({ kind, objective }) => {
            const ratio = ratios.data?.get(`${journey}_${kind}`)
            const burn = ratio === undefined ? 0 : ratio / (1 - objective)
            const state =
              ratio === undefined || Number.isNaN(ratio) ? 'unknown' : burn >= paging.factor ? 'bad' : burn > 1 ? 'warn' : 'good'
            return (
              <dd key={kind} className={`is-${state}`}>
                <b>{state === 'unknown' ? '–' : percent(ratio ?? 0)}</b>{' '}
                {kind === 'availability' ? 'fail' : levels.length > 1 ? 'slow or failed' : 'late or failed'}
              </dd>
            )
          })}
        </dl>
      ))}
      <p className="quiet">
        last {paging.short} · objective: at most {percent(1 - Math.max(...slos.data.levels.map(({ objective }) => objective)))}
      </p>
    </section>
  )
}

const percent = (ratio: number): string => `${(ratio * 100).toFixed(ratio > 0 && ratio < 0.0995 ? 1 : 0)} %`
