import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { Link } from 'react-router'
import { api } from '../lib/api.ts'
import { Markdown } from './markdown.tsx'
import { Loading, Problem } from './states.tsx'

/** A runbook beside the graphs, so that they stay in view. */
export function RunbookPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error } = useQuery({
    queryKey: ['runbook', id],
    queryFn: () => api.get('/api/runbooks/:id', { id }),
    staleTime: Infinity,
  })
  return (
    <section aria-label="Runbook" className="box runbook-panel">
      <div className="action-head">
        <h2>Runbook</h2>
        <Link to={`/runbooks/${id}`}>as a page</Link>
        <button className="icon" aria-label="Close the runbook" onClick={onClose}>
          <X size={16} />
        </button>
      </div>
      {error ? <Problem error={error} /> : data ? <Markdown text={data.text} /> : <Loading what="the runbook" />}
    </section>
  )
}
