import { BellRing, BookOpenText } from 'lucide-react'
import { Link } from 'react-router'
import { mayDo, type DrillState } from '../../../model/drill.ts'
import { elapsed } from '../../../model/duration.ts'
import { componentOf, useAlerts } from '../lib/data.ts'
import { runbookPath } from '../lib/runbook.ts'
import { useNow } from '../lib/time.ts'

interface Props {
  drill: DrillState
  onAcknowledge: () => void
  /** The runbook that is open beside it, and how to open another or none. */
  runbook: string | null
  onRunbook: (id: string | null) => void
}

/** The pages that fire: how severe each is, what it says, since when, and its runbook. */
export function Pager({ drill, onAcknowledge, runbook: opened, onRunbook }: Props) {
  const alerts = useAlerts().data ?? []
  const now = useNow()
  const open = drill.milestones.acknowledged === null
  return (
    <section aria-label="Pager" aria-live="assertive" className="pager">
      {drill.firing.length === 0 && (
        <p className="page quiet-page">
          {drill.pagedAt === null ? 'All quiet so far. Your pager will ring.' : 'No page is firing any more.'}
        </p>
      )}
      {drill.firing.map((page) => {
        const alert = alerts.find(({ fingerprint }) => fingerprint === page.fingerprint)
        const annotations = alert?.annotations
        const component = alert && componentOf(alert)
        const runbook = runbookPath(annotations?.['runbook_url'])?.split('/').at(-1)
        return (
          <article key={page.fingerprint} className="page">
            <BellRing size={18} aria-hidden="true" />
            <div>
              <span className="severity-tag">{page.severity}</span> <b>{page.summary}</b>
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
            </div>
            {runbook && (
              <button aria-pressed={opened === runbook} onClick={() => onRunbook(opened === runbook ? null : runbook)}>
                <BookOpenText size={14} aria-hidden="true" /> Runbook
              </button>
            )}
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
