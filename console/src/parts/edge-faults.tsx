import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { isService } from '../../../model/components.ts'
import type { OfferedFault } from '../../../model/fault.ts'
import { FaultForm, useFaults } from './fault-form.tsx'
import { Problem } from './states.tsx'

/** Whether a fault acts on one edge, by its parameters: trainees can read this code, so it names no fault. */
const actsOnEdge = ({ params: { properties = {} } }: OfferedFault): boolean => 'from' in properties && 'to' in properties

/** For the instructor: injects a fault on one edge of the map. */
export function EdgeFaults({ parts }: { parts: { name: string; calls: readonly string[] }[] }) {
  const { data, error } = useFaults()
  const queries = useQueryClient()
  const [edge, setEdge] = useState('')
  const edges = parts.flatMap(({ name, calls }) =>
    calls.filter((peer) => isService(name) && isService(peer)).map((peer) => `${name} → ${peer}`),
  )
  const [from = '', to = ''] = edge.split(' → ')
  return (
    <section aria-label="Break an edge" className="box">
      <h2>Break an edge</h2>
      <label>
        Calls from → to
        <select value={edge} onChange={(event) => setEdge(event.target.value)}>
          <option value="">choose…</option>
          {edges.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {error && <Problem error={error} />}
      {edge !== '' &&
        data?.faults
          .filter(actsOnEdge)
          .map((fault) => (
            <FaultForm
              key={`${fault.id} ${edge}`}
              fault={fault}
              initial={{ from, to }}
              onDone={() => void queries.invalidateQueries({ queryKey: ['faults'] })}
            />
          ))}
    </section>
  )
}
