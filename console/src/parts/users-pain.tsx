import { useQuery } from '@tanstack/react-query'
import { pagingBurn, useSlos } from '../lib/data.ts'
import { queryInstant } from '../lib/prometheus.ts'

type State = 'bad' | 'warn' | 'good' | 'unknown'

/** What users feel now, before any machine's metrics: the worst value as one number, then each objective. */
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
  const felt = slos.data.levels.map(({ journey, kind, objective }) => {
    const ratio = ratios.data?.get(`${journey}_${kind}`)
    const known = ratio !== undefined && !Number.isNaN(ratio)
    const burn = known ? ratio / (1 - objective) : 0
    const state: State = !known ? 'unknown' : burn >= paging.factor ? 'bad' : burn > 1 ? 'warn' : 'good'
    return { journey, kind, burn, state, ratio: known ? ratio : null, what: kind === 'availability' ? 'failed' : 'slow or failed' }
  })
  const worst = felt.reduce<(typeof felt)[number] | null>((most, one) => (most === null || one.burn > most.burn ? one : most), null)
  return (
    <section aria-label="What users feel" className="pain">
      {worst && (
        <p className={`pain-worst is-${worst.state}`}>
          <b>{told(worst.ratio)}</b>{' '}
          <span>
            of {worst.journey} requests {worst.what}
            <br />
            <span className="quiet">
              last {paging.short}, promised: at most {percent(1 - Math.max(...slos.data.levels.map(({ objective }) => objective)))}
            </span>
          </span>
        </p>
      )}
      <ul>
        {felt.map((one) => (
          <li key={`${one.journey} ${one.kind}`} className={`is-${one.state}`}>
            <span className="quiet">
              {one.journey} {one.what}
            </span>{' '}
            <b>{told(one.ratio)}</b>
          </li>
        ))}
      </ul>
    </section>
  )
}

const told = (ratio: number | null): string => (ratio === null ? '–' : percent(ratio))
const percent = (ratio: number): string => `${(ratio * 100).toFixed(ratio > 0 && ratio < 0.0995 ? 1 : 0)} %`
