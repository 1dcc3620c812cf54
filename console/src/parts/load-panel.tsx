import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { loadShapeKinds, type LoadShape } from '../../../model/api.ts'
import type { LoadMix, LoadStatus } from '../../../model/range.ts'
import { get, put, remove } from '../lib/api.ts'
import { formatValue } from '../../../model/value.ts'
import { Loading, Problem } from './states.tsx'

/** The users: how many, along which shape, and who they are. */
export function LoadPanel() {
  const queries = useQueryClient()
  const status = useQuery({ queryKey: ['load'], queryFn: () => get<LoadStatus>('/api/load'), refetchInterval: 2_000 })
  const mix = useQuery({ queryKey: ['mix'], queryFn: () => get<LoadMix>('/api/load/mix') })
  const running = useQuery({
    queryKey: ['shape'],
    queryFn: () => get<{ shape: LoadShape | null }>('/api/load/shape'),
    refetchInterval: 2_000,
  })
  const [shape, setShape] = useState<LoadShape>({ kind: 'steady', users: 30, peak: 90, seconds: 60 })
  const refresh = () => {
    for (const key of ['load', 'mix', 'shape']) void queries.invalidateQueries({ queryKey: [key] })
  }
  const start = useMutation({ mutationFn: () => put('/api/load/shape', shape), onSettled: refresh })
  const stop = useMutation({ mutationFn: () => remove('/api/load/shape'), onSettled: refresh })
  const changeMix = useMutation({ mutationFn: (next: LoadMix) => put('/api/load/mix', next), onSettled: refresh })
  const number = (name: 'users' | 'peak' | 'seconds', title: string) => (
    <label>
      {title}
      <input
        type="number"
        min="0"
        max="2000"
        required
        value={shape[name]}
        onChange={(event) => setShape({ ...shape, [name]: Number(event.target.value) })}
      />
    </label>
  )
  if (status.error) return <Problem error={status.error} />
  if (!status.data) return <Loading what="the load" />
  const { users, workers, rps, failRatio, p50Ms, p95Ms } = status.data
  return (
    <section aria-label="Load" className="box">
      <div className="heading">
        <h2>Load</h2>
        <a href="/locust/" target="_blank" rel="noreferrer">
          Locust’s own pages
        </a>
      </div>
      <p>
        <b>{users}</b> users{workers > 0 ? ` in ${workers} processes` : ''}, <b>{formatValue(rps, 'rps')}</b>,{' '}
        {formatValue(failRatio, 'ratio')} failed
        {p50Ms === null ? '' : `, p50 ${p50Ms} ms, p95 ${p95Ms} ms`}
      </p>
      <form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault()
          start.mutate()
        }}
      >
        <label>
          shape
          <select value={shape.kind} onChange={(event) => setShape({ ...shape, kind: event.target.value as LoadShape['kind'] })}>
            {loadShapeKinds.map((kind) => (
              <option key={kind}>{kind}</option>
            ))}
          </select>
        </label>
        {number('users', 'users')}
        {shape.kind !== 'steady' && number('peak', 'at the peak')}
        {shape.kind !== 'steady' && number('seconds', 'seconds')}
        <button className="primary" disabled={start.isPending}>
          Set
        </button>
      </form>
      {running.data?.shape && (
        <p className="quiet">
          A {running.data.shape.kind} is running. <button onClick={() => stop.mutate()}>Stop it</button>
        </p>
      )}
      {mix.data && (
        <div className="filters">
          <label>
            all want one product: {Math.round(mix.data.hotShare * 100)} %
            <input
              type="range"
              min="0"
              max="100"
              step="5"
              defaultValue={mix.data.hotShare * 100}
              onPointerUp={(event) => changeMix.mutate({ ...mix.data, hotShare: Number(event.currentTarget.value) / 100 })}
              onKeyUp={(event) => changeMix.mutate({ ...mix.data, hotShare: Number(event.currentTarget.value) / 100 })}
            />
          </label>
          <label>
            bots beside them: {mix.data.bots}
            <input
              type="range"
              min="0"
              max="200"
              step="5"
              defaultValue={mix.data.bots}
              onPointerUp={(event) => changeMix.mutate({ ...mix.data, bots: Number(event.currentTarget.value) })}
              onKeyUp={(event) => changeMix.mutate({ ...mix.data, bots: Number(event.currentTarget.value) })}
            />
          </label>
          <label>
            page views beside them, whatever the shop does: {mix.data.rate}/s
            <input
              type="range"
              min="0"
              max="300"
              step="5"
              defaultValue={mix.data.rate}
              onPointerUp={(event) => changeMix.mutate({ ...mix.data, rate: Number(event.currentTarget.value) })}
              onKeyUp={(event) => changeMix.mutate({ ...mix.data, rate: Number(event.currentTarget.value) })}
            />
          </label>
        </div>
      )}
      {(start.error ?? stop.error ?? changeMix.error) && <Problem error={start.error ?? stop.error ?? changeMix.error} />}
    </section>
  )
}
