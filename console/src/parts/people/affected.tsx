import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { affectedKinds, affectedTitles, orderNumbersIn, type AffectedKind } from '../../../../model/affected.ts'
import { api } from '../../lib/api.ts'
import { Problem } from '../states.tsx'

/** A form to hand in affected orders. */
export function AffectedForm({ drill }: { drill: string }) {
  const [kind, setKind] = useState<AffectedKind>('not-shipped')
  const [text, setText] = useState('')
  const queries = useQueryClient()
  const orders = [...new Set(orderNumbersIn(text))]
  const handIn = useMutation({
    mutationFn: () => api.post('/api/drills/:id/affected', { id: drill, body: { kind, orders } }),
    onSuccess: () => {
      setText('')
      return queries.invalidateQueries({ queryKey: ['drill', drill] })
    },
  })
  return (
    <details className="affected">
      <summary>Hand in a list of affected orders</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          handIn.mutate()
        }}
      >
        <p className="quiet">
          If data has to be corrected, list all affected orders since the drill began. The debrief compares your list with the database.
        </p>
        <label>
          <span>What is wrong with these orders</span>
          {/* Safe: its options are the kinds. */}
          <select value={kind} onChange={(event) => setKind(event.target.value as AffectedKind)}>
            {affectedKinds.map((each) => (
              <option key={each} value={each}>
                {affectedTitles[each]}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>Order numbers</span>
          <textarea
            rows={4}
            required
            placeholder="One per line, as psql prints them"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <p className="buttons">
          <button className="primary" disabled={orders.length === 0 || handIn.isPending}>
            Hand in {orders.length > 0 ? orders.length : ''}
          </button>
        </p>
      </form>
      {handIn.data && (
        <p role="status" className="quiet">
          Handed in: {handIn.data.listed}. You can hand in another list at any time.
        </p>
      )}
      {handIn.error && <Problem error={handIn.error} />}
    </details>
  )
}
