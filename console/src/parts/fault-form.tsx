import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { OfferedFault } from '../../../model/fault.ts'
import { featuresInWords, type RangeFeature } from '../../../model/range.ts'
import { api } from '../lib/api.ts'
import { ParamFields, type Unavailable } from './param-fields.tsx'
import { initialValues, typedValues } from './param-values.ts'
import { Problem } from './states.tsx'

/** The available faults, and the injected ones. */
export const useFaults = () => useQuery({ queryKey: ['faults'], queryFn: () => api.get('/api/faults'), refetchInterval: 2_000 })

interface Props {
  fault: OfferedFault
  /** Initial values, instead of the defaults. */
  initial?: Record<string, string>
  onDone(): void
}

/** How one parameter ramps: from a value to the given one, as typed. */
interface Ramp {
  on: boolean
  param: string
  from: string
  seconds: string
}

/** One kind of fault: the form that injects it, or why it cannot be injected. */
export function FaultForm(props: Props) {
  const { title, effect, lacks } = props.fault
  if (lacks.length > 0)
    return (
      <div className="fault quiet">
        <b>{title}</b> {effect}
        <p>It cannot be injected where the shop runs: the range has {featuresInWords(lacks)}.</p>
      </div>
    )
  return <Form {...props} />
}

const reasons = (lacksWith: OfferedFault['lacksWith']): Unavailable => {
  const inWords = (byChoice: Record<string, RangeFeature[]>) =>
    Object.fromEntries(Object.entries(byChoice).map(([choice, lacks]) => [choice, `the range has ${featuresInWords(lacks)}`]))
  return Object.fromEntries(Object.entries(lacksWith).map(([param, byChoice]) => [param, inWords(byChoice)]))
}

/** Its parameters, its duration, and whether it ramps. */
function Form({ fault, initial, onDone }: Props) {
  const [given, setGiven] = useState(() => ({ ...initialValues(fault.params), ...initial }))
  const [minutes, setMinutes] = useState('5')
  const [ramp, setRamp] = useState<Ramp>({ on: false, param: fault.ramps[0] ?? '', from: '1', seconds: '60' })
  const inject = useMutation({
    mutationFn: () =>
      api.post('/api/faults/:id', {
        id: fault.id,
        body: {
          params: typedValues(fault.params, given),
          forMs: Number(minutes) * 60_000,
          ...(ramp.on ? { ramp: { param: ramp.param, from: Number(ramp.from), overMs: Number(ramp.seconds) * 1_000 } } : {}),
        },
      }),
    onSettled: onDone,
  })
  return (
    <details className="fault">
      <summary>
        <b>{fault.title}</b> <span className="quiet">{fault.effect}</span>
      </summary>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          inject.mutate()
        }}
      >
        <div className="params">
          <ParamFields schema={fault.params} values={given} unavailable={reasons(fault.lacksWith)} onChange={setGiven} />
        </div>
        <div className="filters">
          <label>
            for, in minutes
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
        </div>
      </form>
      {inject.error && <Problem error={inject.error} />}
    </details>
  )
}

function RampFields({ ramp, params, onChange }: { ramp: Ramp; params: readonly string[]; onChange: (ramp: Ramp) => void }) {
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
        over, in seconds
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
