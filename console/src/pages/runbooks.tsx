import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { api } from '../lib/api.ts'
import { Markdown } from '../parts/markdown.tsx'
import { NotYet } from '../parts/states.tsx'

export function RunbooksPage() {
  const { data, error } = useQuery({
    queryKey: ['runbooks'],
    queryFn: () => api.get('/api/runbooks'),
  })
  if (error || !data) return <NotYet title="Runbooks" what="runbooks" error={error} />
  return (
    <>
      <h1>Runbooks</h1>
      <ul className="rows">
        {data.runbooks.map(({ id, title }) => (
          <li key={id}>
            <Link to={`/runbooks/${id}`}>{title}</Link>
          </li>
        ))}
      </ul>
    </>
  )
}

export function RunbookPage() {
  const { id = '' } = useParams()
  const { data, error } = useQuery({ queryKey: ['runbook', id], queryFn: () => api.get('/api/runbooks/:id', { id }) })
  return data ? <Markdown text={data.text} /> : <NotYet title="Runbook" what="the runbook" error={error} />
}
