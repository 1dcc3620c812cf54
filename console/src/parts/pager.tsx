import { useQuery } from '@tanstack/react-query'
import { BellRing, BookOpenText } from 'lucide-react'
import { Link } from 'react-router'
import { mayDo, type DrillState } from '../../../model/drill.ts'
import { elapsed } from '../../../model/duration.ts'
import { get } from '../lib/api.ts'
import { componentOf, useAlerts } from '../lib/data.ts'
import { runbookPath } from '../lib/runbook.ts'
import { useNow } from '../lib/time.ts'
import { Markdown } from './markdown.tsx'
import { Loading, Problem } from './states.tsx'

/** The pages that fire: what each says, since when, and its runbook beside it. */
export function Pager({ drill, onAcknowledge }: { drill: DrillState; onAcknowledge: () => void }) {
  const alerts = useAlerts().data ?? []
  const now = useNow()
  const open = drill.milestones.acknowledged === null
  return (
    <section aria-label="Pager" aria-live="assertive">
      {drill.firing.length === 0 && (
        <p className="page quiet-page">
          {drill.pagedAt === null ? 'All quiet so far. Your pager will ring.' : 'No page is firing any more.'}
        </p>
      )}
      {drill.firing.map((page) => {
        const alert = alerts.find(({ fingerprint }) => fingerprint === page.fingerprint)
        const annotations = alert?.annotations
        const component = alert && componentOf(alert)
        const runbook = runbookPath(annotations?.['runbook_url'])
        return (
          <article key={page.fingerprint} className="page">
            <BellRing size={18} aria-hidden="true" />
            <div>
              <b>{page.summary}</b>
              <p className="quiet">
                {page.name} · for {elapsed(now - Date.parse(page.startsAt))}
                {component && (
                  <>
                    {' '}
                    · seen at <Link to={`/components/${component}?range=5m`}>{component}</Link>
                  </>
                )}
                {drill.escalatedAt !== null && open && <b> · escalated to the secondary on call</b>}
              </p>
              {annotations?.['description'] && <p>{annotations['description']}</p>}
              {runbook && <Runbook path={runbook} />}
            </div>
            {open && mayDo(drill.phase, 'acknowledge') && (
              <button className="primary" onClick={onAcknowledge}>
                Acknowledge
              </button>
            )}
          </article>
        )
      })}
    </section>
  )
}

/** Opened where one is, so that nobody loses sight of the graphs. */
function Runbook({ path }: { path: string }) {
  const id = path.split('/').at(-1) ?? ''
  const { data, error, refetch } = useQuery({
    queryKey: ['runbook', id],
    queryFn: () => get<{ text: string }>(`/api/runbooks/${id}`),
    enabled: false,
    staleTime: Infinity,
  })
  return (
    <details className="runbook" onToggle={(event) => event.currentTarget.open && !data && void refetch()}>
      <summary>
        <BookOpenText size={14} aria-hidden="true" /> Runbook
      </summary>
      {error ? <Problem error={error} /> : data ? <Markdown text={data.text} /> : <Loading what="the runbook" />}
    </details>
  )
}
