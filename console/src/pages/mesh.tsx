import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { nearChanges, type DiffLine, type MeshEdge, type MeshIdentity } from '../../../model/mesh.ts'
import { formatValue } from '../../../model/value.ts'
import { FiredrillError } from '../../../model/errors.ts'
import { api } from '../lib/api.ts'
import { readEdgeSignals } from '../lib/edges.ts'
import { queryInstant } from '../lib/prometheus.ts'
import { putParams } from '../lib/params.ts'
import { clock, useNow } from '../lib/time.ts'
import { useSeen } from '../parts/seen.ts'
import { Empty, Loading, NotYet, Problem } from '../parts/states.tsx'

/** The service mesh: the proxies' metrics, the certificates, and the policy. */
export function MeshPage() {
  const [params, setParams] = useSearchParams()
  const service = params.get('service') ?? ''
  useSeen('mesh', service || null, service ? `the mesh around ${service}` : 'the mesh')
  const { data, error } = useQuery({ queryKey: ['mesh'], queryFn: () => api.get('/api/mesh'), refetchInterval: 5_000 })
  if (error || !data) return <NotYet title="Mesh" what="the mesh" error={error} />
  return (
    <>
      <div className="heading">
        <h1>Mesh</h1>
        <label className="inline">
          Service
          <select value={service} onChange={(event) => putParams(setParams, { service: event.target.value })}>
            <option value="">all</option>
            {data.identities.map((identity) => (
              <option key={identity.service}>{identity.service}</option>
            ))}
          </select>
        </label>
      </div>
      <p className="quiet">
        Every call between services goes from proxy to proxy, mutually authenticated. A policy, written as Istio resources, says how calls
        are routed, retried, limited and allowed.
      </p>
      <Edges edges={data.edges.filter(({ from, to }) => service === '' || from === service || to === service)} />
      <Certificates identities={data.identities.filter((identity) => service === '' || identity.service === service)} />
      <Policy key={data.revision} yaml={data.yaml} revision={data.revision} />
      <History current={data.revision} />
    </>
  )
}

const columns = [
  ['rps', 'calls', 'rps'],
  ['failed', 'failed', 'ratio'],
  ['errors', 'answered 5xx', 'ratio'],
  ['p50', 'p50', 'seconds'],
  ['p95', 'p95', 'seconds'],
  ['retries', 'retried', 'rps'],
  ['overflow', 'refused by breaker', 'rps'],
  ['ejected', 'ejected', 'count'],
  ['tls', 'TLS failures', 'rps'],
] as const
type Column = (typeof columns)[number][0]

function Edges({ edges }: { edges: MeshEdge[] }) {
  const { data, error } = useQuery({ queryKey: ['mesh', 'edges'], queryFn: readEdges, refetchInterval: 5_000 })
  return (
    <section aria-label="Edges" className="table" tabIndex={0}>
      <h2>Edges</h2>
      {error && <Problem error={error} />}
      <table>
        <thead>
          <tr>
            <th scope="col">from → to</th>
            {columns.map(([name, title]) => (
              <th key={name} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {edges.map(({ from, to }) => {
            const values = data?.get(`${from} ${to}`)
            return (
              <tr key={`${from} ${to}`}>
                <th scope="row">
                  {from} → {to}
                </th>
                {columns.map(([name, , unit]) => {
                  const value = values?.[name]
                  const bad =
                    value !== undefined &&
                    value > (name === 'errors' || name === 'failed' ? 0.01 : 0) &&
                    ['failed', 'errors', 'overflow', 'ejected', 'tls'].includes(name)
                  return (
                    <td key={name} className={bad ? 'bad-text' : ''}>
                      {formatValue(value, unit)}
                    </td>
                  )
                })}
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

/** From the caller's proxy; failures are counted by the caller itself, which may have timed out earlier. */
async function readEdges(): Promise<Map<string, Partial<Record<Column, number>>>> {
  const sum = (metric: string) => `sum by (service, envoy_cluster_name) (rate(${metric}[20s]))`
  const quantile = (share: number) =>
    `histogram_quantile(${share}, sum by (service, envoy_cluster_name, le) (rate(envoy_cluster_upstream_rq_time_bucket[20s]))) / 1000`
  const queries: Record<Exclude<Column, 'failed'>, string> = {
    rps: sum('envoy_cluster_upstream_rq_total'),
    errors: `(${sum('envoy_cluster_upstream_rq_xx{envoy_response_code_class="5"}')} or ${sum('envoy_cluster_upstream_rq_total')} * 0) / (${sum('envoy_cluster_upstream_rq_total')} > 0)`,
    p50: quantile(0.5),
    p95: quantile(0.95),
    retries: sum('envoy_cluster_upstream_rq_retry'),
    overflow: sum('envoy_cluster_upstream_rq_pending_overflow'),
    ejected: 'sum by (service, envoy_cluster_name) (envoy_cluster_outlier_detection_ejections_active)',
    tls: sum('envoy_cluster_ssl_connection_error'),
  }
  const found = new Map<string, Partial<Record<Column, number>>>()
  const note = (edge: string, name: Column, value: number | undefined) => {
    if (value !== undefined) found.set(edge, { ...found.get(edge), [name]: value })
  }
  await Promise.all([
    readEdgeSignals().then((edges) => edges.forEach(({ failed }, edge) => note(edge, 'failed', failed))),
    ...Object.entries(queries).map(async ([name, query]) => {
      for (const { metric, value } of await queryInstant(query))
        note(`${metric['service']} ${metric['envoy_cluster_name']}`, name as Column, value)
    }),
  ])
  return found
}

function Certificates({ identities }: { identities: MeshIdentity[] }) {
  const now = useNow()
  return (
    <section aria-label="Certificates" className="table" tabIndex={0}>
      <h2>Certificates</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">service</th>
            <th scope="col">identity</th>
            <th scope="col">issuer</th>
            <th scope="col">serial</th>
            <th scope="col">valid until</th>
          </tr>
        </thead>
        <tbody>
          {identities.map(({ service, spiffeId, issuer, serial, notAfter }) => (
            <tr key={service}>
              <th scope="row">{service}</th>
              <td>
                <code>{spiffeId}</code>
              </td>
              <td>{issuer}</td>
              <td>
                <code>…{serial.slice(-8)}</code>
              </td>
              <td className={Date.parse(notAfter) < now ? 'bad-text' : ''}>
                {new Date(notAfter).toLocaleDateString()} {clock(Date.parse(notAfter))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Policy({ yaml, revision }: { yaml: string; revision: number }) {
  const [draft, setDraft] = useState(yaml)
  const queries = useQueryClient()
  const check = useMutation({ mutationFn: (text: string) => api.post('/api/mesh/check', { body: { yaml: text } }) })
  const apply = useMutation({
    mutationFn: (text: string) => api.put('/api/mesh', { body: { yaml: text } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['mesh'] }),
  })
  const edited = draft !== yaml
  const reviewed = check.data && check.variables === draft ? check.data : null
  return (
    <section aria-label="Policy" className="stack">
      <h2>Policy, revision {revision}</h2>
      <label>
        Istio resources
        <textarea className="policy" rows={22} spellCheck={false} value={draft} onChange={(event) => setDraft(event.target.value)} />
      </label>
      <span className="buttons">
        <button disabled={!edited || check.isPending} onClick={() => check.mutate(draft)}>
          Review the change
        </button>
        <button
          className="primary"
          disabled={!reviewed || reviewed.problem !== null || apply.isPending}
          onClick={() => apply.mutate(draft)}
        >
          Apply
        </button>
        <button disabled={!edited} onClick={() => setDraft(yaml)}>
          Discard
        </button>
      </span>
      <div role="status">
        {check.error && <Problem error={check.error} />}
        {apply.error && <Problem error={apply.error instanceof FiredrillError ? apply.error : new Error('The policy was not applied.')} />}
        {reviewed?.problem && <Problem error={new Error(reviewed.problem)} />}
        {reviewed && !reviewed.problem && <Diff diff={reviewed.diff} />}
      </div>
    </section>
  )
}

function Diff({ diff }: { diff: DiffLine[] }) {
  const lines = nearChanges(diff)
  if (lines.length === 0) return <Empty>Nothing would change.</Empty>
  const signs = { same: ' ', added: '+', removed: '−' } as const
  return (
    <pre className="diff" tabIndex={0} aria-label="What changes">
      {lines.map(({ kind, text, at }) => (
        <span key={at} className={kind}>
          {signs[kind]} {text}
          {'\n'}
        </span>
      ))}
    </pre>
  )
}

function History({ current }: { current: number }) {
  const [shown, setShown] = useState<number | null>(null)
  const queries = useQueryClient()
  const { data, error } = useQuery({
    queryKey: ['mesh', 'history', current],
    queryFn: () => api.get('/api/mesh/history'),
  })
  const rollBack = useMutation({
    mutationFn: (revision: number) => api.post('/api/actions/:id', { id: 'roll-back-mesh-policy', body: { params: { revision } } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['mesh'] }),
  })
  if (error) return <Problem error={error} />
  return (
    <section aria-label="History">
      <h2>History</h2>
      {rollBack.error && <Problem error={rollBack.error} />}
      <ul className="rows">
        {(data?.revisions ?? []).slice(0, 20).map(({ revision, at, by }) => (
          <li key={revision}>
            <div>
              <b>Revision {revision}</b>{' '}
              <span className="quiet">{at === '' ? 'the initial policy' : `${clock(Date.parse(at))} by ${by}`}</span>
              {shown === revision && <Revision revision={revision} />}
            </div>
            <span className="buttons">
              <button aria-expanded={shown === revision} onClick={() => setShown(shown === revision ? null : revision)}>
                What changed<span className="hidden"> in revision {revision}</span>
              </button>
              {revision !== current && (
                <button disabled={rollBack.isPending} onClick={() => rollBack.mutate(revision)}>
                  Roll back to {revision}
                </button>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Revision({ revision }: { revision: number }) {
  const { data, error } = useQuery({
    queryKey: ['mesh', 'revision', revision],
    queryFn: () => api.get('/api/mesh/history/:revision', { revision }),
    staleTime: Infinity,
  })
  if (error) return <Problem error={error} />
  return data ? <Diff diff={data.diff} /> : <Loading what="the change" />
}
