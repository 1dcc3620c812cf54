import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Undo2 } from 'lucide-react'
import { useState } from 'react'
import type { AnswerOf } from '../../../model/client.ts'
import { api } from '../lib/api.ts'
import { ParamFields } from './param-fields.tsx'
import { initialValues, typedValues } from './param-values.ts'
import { Problem } from './states.tsx'

export type Action = AnswerOf<'GET /api/actions'>['actions'][number]
type Result = AnswerOf<'POST /api/actions/:id'>

/** The parameters of an action, its result, and its undo if there is one. */
export function ActionForm({ action, enabled }: { action: Action; enabled: boolean }) {
  const [values, setValues] = useState(() => initialValues(action.params))
  const queries = useQueryClient()
  const refresh = () => queries.invalidateQueries({ queryKey: ['drill'] })
  const run = useMutation({
    mutationFn: () => api.post('/api/actions/:id', { id: action.id, body: { params: typedValues(action.params, values) } }),
    onMutate: () => undo.reset(),
    onSettled: refresh,
  })
  const undo = useMutation({
    mutationFn: ({ action: id, params }: NonNullable<Result['undo']>) => api.post('/api/actions/:id', { id, body: { params } }),
    onSettled: refresh,
  })
  const done = undo.data ?? run.data
  const back = action.kind === 'change' && !undo.data ? run.data?.undo : null
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
      {(run.error ?? undo.error) && <Problem error={run.error ?? undo.error} />}
      {done && (
        <div role="status">
          <p>{undo.data ? `Undone: ${undo.data.summary}` : done.summary}</p>
          {back && (
            <p className="buttons">
              <button type="button" disabled={undo.isPending || !enabled} onClick={() => undo.mutate(back)}>
                <Undo2 size={14} aria-hidden="true" /> Undo
              </button>
              <span className="quiet">{back.what}</span>
            </p>
          )}
          {done.rows && done.rows.length > 0 && <Rows rows={done.rows} />}
        </div>
      )}
    </form>
  )
}

function Rows({ rows }: { rows: Record<string, unknown>[] }) {
  const columns = Object.keys(rows[0] ?? {})
  return (
    // Scrollable by keyboard too.
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
            // oxlint-disable-next-line react/no-array-index-key -- rows of a result, which has no ids and never changes
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
