import { BellRing, BookOpenText } from 'lucide-react'
import { Link } from 'react-router'
import { mayDo, type ToldDrill } from '../../../model/drill.ts'
import { elapsed } from '../../../model/duration.ts'
import { componentOf, useAlerts, type IncidentView } from '../lib/data.ts'
import { runbookPath } from '../lib/runbook.ts'
import { useNow } from '../lib/time.ts'
import { incidentOfPage } from './shift/chosen.ts'

interface Props {
  drill: ToldDrill
  /** In a shift, those that have paged. */
  incidents: readonly IncidentView[]
  /** In a shift, with the number of the incident. */
  onAcknowledge: (incident?: number) => void
  /** The runbook that is open beside it, and a function to open another or none. */
  runbook: string | null
  onRunbook: (id: string | null) => void
}

/** The firing pages: severity, text, duration and runbook of each. */
export function Pager({ drill, incidents, onAcknowledge, runbook: opened, onRunbook }: Props) {
  const alerts = useAlerts().data ?? []
  const now = useNow()
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
        const incident = incidentOfPage(incidents, page.name)
        const { escalated, button } = answering(drill, incidents, page.name)
        return (
          <article key={page.fingerprint} className="page">
            <BellRing size={18} aria-hidden="true" />
            <div>
              <span className="severity-tag">{page.severity}</span> {incident && <b>Incident {incident.number}:</b>} <b>{page.summary}</b>
              <p className="quiet">
                {page.name} · for {elapsed(now - Date.parse(page.startsAt))}
                {component && (
                  <>
                    {' '}
                    · seen at <Link to={`/components/${component}?range=5m`}>{component}</Link>
                  </>
                )}
                {escalated && <b> · escalated to the secondary on call</b>}
              </p>
              {annotations?.['description'] && <p>{annotations['description']}</p>}
            </div>
            {runbook && (
              <button aria-pressed={opened === runbook} onClick={() => onRunbook(opened === runbook ? null : runbook)}>
                <BookOpenText size={14} aria-hidden="true" /> Runbook
              </button>
            )}
            {button && mayDo(drill.phase, 'acknowledge') && (
              <button className="primary" onClick={() => onAcknowledge(incident?.number)}>
                Acknowledge{incident && ` incident ${incident.number}`}
              </button>
            )}
          </article>
        )
      })}
    </section>
  )
}

/** Whether a page was escalated, and whether it is acknowledged here: for several pages of an incident of a shift, at the first. */
function answering(drill: ToldDrill, incidents: readonly IncidentView[], page: string): { escalated: boolean; button: boolean } {
  const incident = incidentOfPage(incidents, page)
  // In a shift, a page of no incident needs no acknowledgement.
  const own = drill.shift ? incident : drill
  const waits = own?.milestones.acknowledged === null
  const isFirst = !drill.shift || drill.firing.find(({ name }) => incidentOfPage(incidents, name) === incident)?.name === page
  return { escalated: waits && drill.escalatedAt !== null && (own.pagedAt ?? 0) <= drill.escalatedAt, button: waits && isFirst }
}
