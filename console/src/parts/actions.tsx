import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'
import { get, post } from '../lib/api.ts'
import { putParams } from '../lib/params.ts'
import { initialValues, ParamFields, typedValues, type ParamsSchema } from './param-fields.tsx'
import { paletteKeys } from './palette-keys.ts'
import { Loading, Problem } from './states.tsx'

interface Action {
  id: string
  title: string
  description: string
  kind: 'inspect' | 'change'
  caution: string | null
  params: ParamsSchema
}
interface Result {
  summary: string
  rows?: Record<string, unknown>[]
}

/** What a responder may do, with what each did. */
export function Actions({ enabled }: { enabled: boolean }) {
  const { data, error } = useQuery({
    queryKey: ['actions'],
    queryFn: () => get<{ actions: Action[] }>('/api/actions'),
    staleTime: Infinity,
  })
  const [params, setParams] = useSearchParams()
  const chosen = params.get('action') ?? ''
  const setChosen = (id: string) => putParams(setParams, { action: id }, { replace: true })
  const place = useRef<HTMLElement>(null)
  // Chosen by its name in the palette, it may be out of sight.
  useEffect(() => {
    if (chosen !== '') place.current?.scrollIntoView({ block: 'nearest' })
  }, [chosen, data])
  if (error) return <Problem error={error} />
  if (!data) return <Loading what="actions" />
  const action = data.actions.find((known) => known.id === chosen)
  const group = (kind: Action['kind'], title: string) => (
    <optgroup label={title}>
      {data.actions
        .filter((known) => known.kind === kind)
        .map(({ id, title: name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
    </optgroup>
  )
  return (
    <section ref={place} aria-label="Actions" className="box">
      <h2>
        Actions <kbd>{paletteKeys}</kbd>
      </h2>
      <label>
        Action
        <select value={chosen} onChange={(event) => setChosen(event.target.value)}>
          <option value="">Choose what to do…</option>
          {group('inspect', 'Look')}
          {group('change', 'Change')}
        </select>
      </label>
      {action && <ActionForm key={action.id} action={action} enabled={enabled} />}
    </section>
  )
}

function ActionForm({ action, enabled }: { action: Action; enabled: boolean }) {
  const [values, setValues] = useState(() => initialValues(action.params))
  const queries = useQueryClient()
  const run = useMutation({
    mutationFn: () => post<Result>(`/api/actions/${action.id}`, { params: typedValues(action.params, values) }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['drill'] }),
  })
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        run.mutate()
      }}
    >
      <p className="quiet">{action.description}</p>
      {action.caution && <p className="caution">{action.caution}</p>}
      <ParamFields schema={action.params} values={values} onChange={setValues} />
      <button className="primary" disabled={run.isPending || !enabled}>
        {run.isPending ? 'Running…' : 'Run'}
      </button>
      {run.error && <Problem error={run.error} />}
      {run.data && (
        <div role="status">
          <p>{run.data.summary}</p>
          {run.data.rows && run.data.rows.length > 0 && <Rows rows={run.data.rows} />}
        </div>
      )}
    </form>
  )
}

function Rows({ rows }: { rows: Record<string, unknown>[] }) {
  const columns = Object.keys(rows[0] ?? {})
  return (
    // Scrolled by keyboard too.
    <div className="table" role="region" aria-label="Result" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column.replaceAll('_', ' ')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {columns.map((column) => (
                <td key={column}>{row[column] === null || row[column] === undefined ? '' : String(row[column])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
