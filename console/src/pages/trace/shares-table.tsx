import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Link, useSearchParams } from 'react-router'
import { middleBy } from '../../../../model/middle.ts'
import { api, aside } from '../../lib/api.ts'
import { formatMicroseconds } from '../../lib/format.ts'
import { putParams } from '../../lib/params.ts'
import type { Span } from '../../../../model/telemetry.ts'
import { differenceOf, pair, type Compared } from './compare.ts'
import { sharesOf, type Share } from './shares.ts'
import { Empty, Problem } from '../../parts/states.tsx'

const shown = 12

interface Summary {
  traceId: string
  durationMs: number
  errors: number
}

/** Where the time of a trace went, compared with a typical trace of the same kind. */
export function SharesTable({ traceId, spans, root }: { traceId: string; spans: Span[]; root: Span }) {
  const [params, setParams] = useSearchParams()
  const compared = params.get('with')
  const set = (other: string | null) => putParams(setParams, { with: other }, { replace: true })
  const usual = useUsualTrace(traceId, root)
  const other = useQuery({
    queryKey: ['trace', compared],
    queryFn: () => api.get('/api/telemetry/traces/:id', { id: compared ?? '' }),
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
          <CompareWith usual={usual.data ?? null} onChoose={set} />
        ) : (
          <span className="buttons">
            <Link to={`/traces/${compared}`}>The other trace</Link>
            <button onClick={() => set(null)}>Stop comparing</button>
          </span>
        )}
      </div>
      {other.error && <Problem error={other.error} />}
      {rows.length === 0 ? <Empty>Nothing to show.</Empty> : <TimeByOperation rows={rows.slice(0, shown)} comparing={compared !== null} />}
    </section>
  )
}

/** What to compare with: a typical trace of the same kind, or any other. */
function CompareWith({ usual, onChoose }: { usual: Summary | null; onChoose: (other: string) => void }) {
  return (
    <span className="buttons">
      {usual && (
        <button onClick={() => onChoose(usual.traceId)}>Compare with a typical one ({formatMicroseconds(usual.durationMs * 1_000)})</button>
      )}
      <form
        className="buttons"
        onSubmit={(event) => {
          event.preventDefault()
          onChoose(String(new FormData(event.currentTarget).get('other')).trim().toLowerCase())
        }}
      >
        <input name="other" aria-label="Id of another trace" placeholder="or another trace id" pattern="\s*[0-9a-fA-F]{32}\s*" required />
        <button>Compare</button>
      </form>
    </span>
  )
}

/** A typical trace of the same kind: the median by duration. */
const useUsualTrace = (traceId: string, root: Span) =>
  useQuery({
    queryKey: ['usual', root.service, root.name],
    queryFn: async () => {
      const query = new URLSearchParams({ service: root.service, operation: root.name, limit: '300' })
      const { traces } = await api.get('/api/telemetry/traces', { query, headers: aside })
      const well = traces.filter((trace) => trace.errors === 0 && trace.traceId !== traceId)
      return middleBy(well, ({ durationMs }) => durationMs)
    },
    staleTime: Infinity,
  })

function TimeByOperation({ rows, comparing }: { rows: readonly Compared[]; comparing: boolean }) {
  return (
    <div className="table" role="region" aria-label="Time by operation" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">operation</th>
            <th scope="col">spans</th>
            <th scope="col">own time</th>
            {comparing && <th scope="col">spans, other trace</th>}
            {comparing && <th scope="col">own time, other trace</th>}
            {comparing && <th scope="col">difference</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, here, there }) => (
            <tr key={key}>
              <th scope="row">
                {(here ?? there)?.service}: {(here ?? there)?.name}
              </th>
              <td>{here?.spans ?? 0}</td>
              <td>{ownTime(here)}</td>
              {comparing && <td>{there?.spans ?? 0}</td>}
              {comparing && <td>{ownTime(there)}</td>}
              {comparing && <Difference here={here} there={there} />}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Difference(shares: { here: Share | undefined; there: Share | undefined }) {
  const difference = differenceOf(shares)
  return <td className={difference?.worse ? 'bad-text' : 'quiet'}>{difference?.text ?? 'alike'}</td>
}

const ownTime = (share: Share | undefined): string => (share ? formatMicroseconds(share.selfUs) : '–')
