import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { get } from '../lib/api.ts'
import { Markdown } from '../parts/markdown.tsx'
import { Loading, Problem } from '../parts/states.tsx'

export function RunbooksPage() {
  const { data, error } = useQuery({
    queryKey: ['runbooks'],
    queryFn: () => get<{ runbooks: { id: string; title: string }[] }>('/api/runbooks'),
  })
  if (error) return <Problem error={error} />
  if (!data) return <Loading what="runbooks" />
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
  const { data, error } = useQuery({ queryKey: ['runbook', id], queryFn: () => get<{ text: string }>(`/api/runbooks/${id}`) })
  if (error) return <Problem error={error} />
  return data ? <Markdown text={data.text} /> : <Loading what="the runbook" />
}
