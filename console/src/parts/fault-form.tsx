import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { FaultRecord } from '../../../model/fault.ts'
import { get, post } from '../lib/api.ts'
import { initialValues, ParamFields, typedValues, type ParamsSchema } from './param-fields.tsx'
import { Problem } from './states.tsx'

export interface FaultType {
  id: string
  title: string
  effect: string
  category: string
  params: ParamsSchema
  /** Parameters that can grow or shrink while it is in. */
  ramps: string[]
}
interface Faults {
  faults: FaultType[]
  open: FaultRecord[]
  history: FaultRecord[]
}

/** What can be broken, and what is. */
export const useFaults = () => useQuery({ queryKey: ['faults'], queryFn: () => get<Faults>('/api/faults'), refetchInterval: 2_000 })

interface Props {
  fault: FaultType
  /** Values to begin with, beside the defaults. */
  initial?: Record<string, string>
  onDone(): void
}

/** How one parameter grows: from a value to the one that was given, as it was typed. */
interface Ramp {
  on: boolean
  param: string
  from: string
  seconds: string
}

/** Injects one kind of fault: its parameters, for how long, and whether it grows. */
export function FaultForm({ fault, initial, onDone }: Props) {
  const [given, setGiven] = useState(() => ({ ...initialValues(fault.params), ...initial }))
  const [minutes, setMinutes] = useState('5')
  const [ramp, setRamp] = useState<Ramp>({ on: false, param: fault.ramps[0] ?? '', from: '1', seconds: '60' })
  const inject = useMutation({
    mutationFn: () =>
      post(`/api/faults/${fault.id}`, {
        params: typedValues(fault.params, given),
        forMs: Number(minutes) * 60_000,
        ...(ramp.on ? { ramp: { param: ramp.param, from: Number(ramp.from), overMs: Number(ramp.seconds) * 1_000 } } : {}),
      }),
    onSettled: onDone,
  })
  return (
    <details className="fault">
      <summary>
        <b>{fault.title}</b> <span className="quiet">{fault.effect}</span>
      </summary>
      <form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault()
          inject.mutate()
        }}
      >
        <ParamFields schema={fault.params} values={given} onChange={setGiven} />
        <label>
          for minutes
          <input
            type="number"
            min="0.5"
            max="60"
            step="0.5"
            required
            value={minutes}
            onChange={(event) => setMinutes(event.target.value)}
          />
        </label>
        {fault.ramps.length > 0 && (
          <label className="check">
            <input type="checkbox" checked={ramp.on} onChange={() => setRamp({ ...ramp, on: !ramp.on })} />
            let it grow
          </label>
        )}
        {ramp.on && <RampFields ramp={ramp} params={fault.ramps} onChange={setRamp} />}
        <button className="primary" disabled={inject.isPending} aria-label={`Inject ${fault.title}`}>
          {inject.isPending ? 'Injecting…' : 'Inject'}
        </button>
      </form>
      {inject.error && <Problem error={inject.error} />}
    </details>
  )
}

function RampFields({ ramp, params, onChange }: { ramp: Ramp; params: string[]; onChange: (ramp: Ramp) => void }) {
  return (
    <>
      {params.length > 1 && (
        <label>
          what grows
          <select value={ramp.param} onChange={(event) => onChange({ ...ramp, param: event.target.value })}>
            {params.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      <label>
        {ramp.param} from
        <input type="number" step="any" required value={ramp.from} onChange={(event) => onChange({ ...ramp, from: event.target.value })} />
      </label>
      <label>
        over seconds
        <input
          type="number"
          min="1"
          max="3600"
          required
          value={ramp.seconds}
          onChange={(event) => onChange({ ...ramp, seconds: event.target.value })}
        />
      </label>
    </>
  )
}
