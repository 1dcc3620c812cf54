import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { loadShapeKinds, type LoadShape } from '../../../model/api.ts'
import type { LoadMix } from '../../../model/range.ts'
import { api } from '../lib/api.ts'
import { formatValue } from '../../../model/value.ts'
import { Loading, Problem } from './states.tsx'

/** The simulated users: their number, its shape over time, and their behaviour. */
export function LoadPanel() {
  const queries = useQueryClient()
  const status = useQuery({ queryKey: ['load'], queryFn: () => api.get('/api/load'), refetchInterval: 2_000 })
  const mix = useQuery({ queryKey: ['mix'], queryFn: () => api.get('/api/load/mix') })
  const running = useQuery({
    queryKey: ['shape'],
    queryFn: () => api.get('/api/load/shape'),
    refetchInterval: 2_000,
  })
  const [shape, setShape] = useState<LoadShape>({ kind: 'steady', users: 30, peak: 90, seconds: 60 })
  const refresh = () => {
    for (const key of ['load', 'mix', 'shape']) void queries.invalidateQueries({ queryKey: [key] })
  }
  const start = useMutation({ mutationFn: () => api.put('/api/load/shape', { body: shape }), onSettled: refresh })
  const stop = useMutation({ mutationFn: () => api.delete('/api/load/shape'), onSettled: refresh })
  const changeMix = useMutation({ mutationFn: (next: LoadMix) => api.put('/api/load/mix', { body: next }), onSettled: refresh })
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
      <ShapeForm shape={shape} busy={start.isPending} onChange={setShape} onSet={() => start.mutate()} />
      {running.data?.shape && (
        <p className="quiet">
          A {running.data.shape.kind} is running. <button onClick={() => stop.mutate()}>Stop it</button>
        </p>
      )}
      {mix.data && <MixSliders mix={mix.data} onChange={(next) => changeMix.mutate(next)} />}
      {(start.error ?? stop.error ?? changeMix.error) && <Problem error={start.error ?? stop.error ?? changeMix.error} />}
    </section>
  )
}

interface ShapeFormProps {
  shape: LoadShape
  busy: boolean
  onChange: (shape: LoadShape) => void
  onSet: () => void
}

function ShapeForm({ shape, busy, onChange, onSet }: ShapeFormProps) {
  const number = (name: 'users' | 'peak' | 'seconds', title: string) => (
    <label>
      {title}
      <input
        type="number"
        min="0"
        max="2000"
        required
        value={shape[name]}
        onChange={(event) => onChange({ ...shape, [name]: Number(event.target.value) })}
      />
    </label>
  )
  return (
    <form
      className="filters"
      onSubmit={(event) => {
        event.preventDefault()
        onSet()
      }}
    >
      <label>
        shape
        <select value={shape.kind} onChange={(event) => onChange({ ...shape, kind: event.target.value as LoadShape['kind'] })}>
          {loadShapeKinds.map((kind) => (
            <option key={kind}>{kind}</option>
          ))}
        </select>
      </label>
      {number('users', 'users')}
      {shape.kind !== 'steady' && number('peak', 'at the peak')}
      {shape.kind !== 'steady' && number('seconds', 'seconds')}
      <button className="primary" disabled={busy}>
        Set
      </button>
    </form>
  )
}

/** The users' behaviour, and additional load. */
const MixSliders = ({ mix, onChange }: { mix: LoadMix; onChange: (mix: LoadMix) => void }) => (
  <div className="filters">
    <label>
      want the same product: {Math.round(mix.hotShare * 100)} %
      <Slider max={100} from={mix.hotShare * 100} onLeft={(percent) => onChange({ ...mix, hotShare: percent / 100 })} />
    </label>
    <label>
      bots in addition: {mix.bots}
      <Slider max={200} from={mix.bots} onLeft={(bots) => onChange({ ...mix, bots })} />
    </label>
    <label>
      page views in addition, at a fixed rate: {mix.rate}/s
      <Slider max={300} from={mix.rate} onLeft={(rate) => onChange({ ...mix, rate })} />
    </label>
  </div>
)

/** Reports its value when it is released, not while it is dragged. */
const Slider = ({ max, from, onLeft }: { max: number; from: number; onLeft: (value: number) => void }) => (
  <input
    type="range"
    min="0"
    max={max}
    step="5"
    defaultValue={from}
    onPointerUp={(event) => onLeft(Number(event.currentTarget.value))}
    onKeyUp={(event) => onLeft(Number(event.currentTarget.value))}
  />
)
