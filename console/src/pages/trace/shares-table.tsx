import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Link, useSearchParams } from 'react-router'
import { aside, get } from '../../lib/api.ts'
import { formatMicroseconds } from '../../lib/format.ts'
import { putParams } from '../../lib/params.ts'
import type { Span } from '../../../../model/telemetry.ts'
import { sharesOf, type Share } from './shares.ts'
import { Empty, Problem } from '../../parts/states.tsx'

const shown = 12

interface Summary {
  traceId: string
  durationMs: number
  errors: number
}

/** Where the time of a trace went, beside where it goes in one of the same kind that was as usual. */
export function SharesTable({ traceId, spans, root }: { traceId: string; spans: Span[]; root: Span }) {
  const [params, setParams] = useSearchParams()
  const compared = params.get('with')
  const set = (other: string | null) => putParams(setParams, { with: other }, { replace: true })
  // One of the middle: with as many that were quicker as slower.
  const usual = useQuery({
    queryKey: ['usual', root.service, root.name],
    queryFn: async () => {
      const query = new URLSearchParams({ service: root.service, operation: root.name, limit: '300' })
      const { traces } = await get<{ traces: Summary[] }>(`/api/telemetry/traces?${query}`, aside)
      const well = traces.filter((trace) => trace.errors === 0 && trace.traceId !== traceId).toSorted((a, b) => a.durationMs - b.durationMs)
      return well[Math.floor(well.length / 2)] ?? null
    },
    staleTime: Infinity,
  })
  const other = useQuery({
    queryKey: ['trace', compared],
    queryFn: () => get<{ spans: Span[] }>(`/api/telemetry/traces/${compared}`),
    enabled: compared !== null,
  })
  const own = useMemo(() => sharesOf(spans), [spans])
  const theirs = useMemo(() => sharesOf(other.data?.spans ?? []), [other.data])
  const rows = useMemo(() => pair(own, compared === null ? [] : theirs), [own, theirs, compared])
  return (
    <section className="box" aria-label="Where the time went">
      <div className="heading">
        <h2>Where the time went</h2>
        {compared === null ? (
          usual.data && (
            <button onClick={() => set(usual.data?.traceId ?? null)}>
              Compare with a typical one ({formatMicroseconds(usual.data.durationMs * 1_000)})
            </button>
          )
        ) : (
          <span className="buttons">
            <Link to={`/traces/${compared}`}>The other trace</Link>
            <button onClick={() => set(null)}>Stop comparing</button>
          </span>
        )}
      </div>
      {other.error && <Problem error={other.error} />}
      {rows.length === 0 ? (
        <Empty>Nothing to show.</Empty>
      ) : (
        <div className="table" role="region" aria-label="Time by operation" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">operation</th>
                <th scope="col">spans</th>
                <th scope="col">own time</th>
                {compared !== null && <th scope="col">spans, typical</th>}
                {compared !== null && <th scope="col">own time, typical</th>}
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, shown).map(({ key, here, there }) => (
                <tr key={key}>
                  <th scope="row">
                    {(here ?? there)?.service}: {(here ?? there)?.name}
                  </th>
                  <td>{here?.spans ?? 0}</td>
                  <td>{ownTime(here)}</td>
                  {compared !== null && <td>{there?.spans ?? 0}</td>}
                  {compared !== null && <td>{ownTime(there)}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

const ownTime = (share: Share | undefined): string => (share ? formatMicroseconds(share.selfUs) : '–')

/** Both traces by operation, where they differ most first. */
function pair(own: Share[], theirs: Share[]): { key: string; here: Share | undefined; there: Share | undefined }[] {
  const keyOf = ({ service, name }: Share) => `${service} ${name}`
  const [here, there] = [new Map(own.map((share) => [keyOf(share), share])), new Map(theirs.map((share) => [keyOf(share), share]))]
  return [...new Set([...here.keys(), ...there.keys()])]
    .map((key) => ({ key, here: here.get(key), there: there.get(key) }))
    .toSorted((a, b) => differs(b) - differs(a))
}

const differs = ({ here, there }: { here: Share | undefined; there: Share | undefined }): number =>
  Math.abs((here?.selfUs ?? 0) - (there?.selfUs ?? 0))
