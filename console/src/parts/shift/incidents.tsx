import { useRef, type KeyboardEvent } from 'react'
import { isOpen, mayDo, type ToldDrill } from '../../../../model/drill.ts'
import { elapsed } from '../../../../model/duration.ts'
import { milestoneNames } from '../../../../model/scenario.ts'
import type { IncidentView } from '../../lib/data.ts'
import { passedSince, useNow } from '../../lib/time.ts'
import { Milestones } from '../milestones.tsx'
import { clockOf, isFiring, type Chosen } from './chosen.ts'

interface Props {
  drill: ToldDrill
  incidents: readonly IncidentView[]
  chosen: Chosen
  onAcknowledge: (incident: number) => void
  /** Opens the form of the handover note. */
  onWrite: () => void
}

/** The incidents of a shift that have paged, the progress of each, and the milestones of the one that is worked on. */
export function Incidents({ drill, incidents, chosen, onAcknowledge, onWrite }: Props) {
  const { incident } = chosen
  const newest = incidents.filter(({ pagedAt }) => pagedAt !== null).toSorted((a, b) => (b.pagedAt ?? 0) - (a.pagedAt ?? 0))[0]
  return (
    <section aria-label="Incidents" className="incidents">
      <p role="status" aria-live="polite" className="hidden">
        {newest && isOpen(drill) && `Incident ${newest.number} has paged: ${newest.pages.at(-1)?.summary ?? ''}`}
      </p>
      {incidents.length === 0 ? (
        <p className="page quiet-page">
          {drill.pagedAt === null
            ? 'Nothing has paged yet. Read the note from the previous shift.'
            : 'No incident so far. Look at what users feel before you change anything.'}
        </p>
      ) : (
        <Tiles incidents={incidents} drill={drill} chosen={chosen} />
      )}
      {incident && (
        <div role="tabpanel" id="incident" aria-labelledby={`incident-${incident.number}`} className="incident-panel">
          <Milestones drill={{ ...clockOf(drill, incident), milestones: incident.milestones }} pars={incident.pars} />
          {/* While one of its pages fires, it is acknowledged there. */}
          {incident.pagedAt !== null &&
            incident.milestones.acknowledged === null &&
            !isFiring(incident) &&
            mayDo(drill.phase, 'acknowledge') && (
              <button className="primary" onClick={() => onAcknowledge(incident.number)}>
                Acknowledge incident {incident.number}
              </button>
            )}
        </div>
      )}
      {isOpen(drill) && milestoneNames.every((name) => drill.milestones[name] !== null) && (
        <p className="hero" role="status">
          <span>All incidents are done. Write the note for the next shift to end yours.</span>
          <button className="primary" onClick={onWrite}>
            Open the handover note
          </button>
        </p>
      )}
    </section>
  )
}

/** Arrow keys select the next one, Home and End the first and the last. */
const steps: Record<string, (index: number, last: number) => number> = {
  ArrowRight: (index, last) => (index === last ? 0 : index + 1),
  ArrowDown: (index, last) => (index === last ? 0 : index + 1),
  ArrowLeft: (index, last) => (index === 0 ? last : index - 1),
  ArrowUp: (index, last) => (index === 0 ? last : index - 1),
  Home: () => 0,
  End: (_, last) => last,
}

function Tiles({ incidents, drill, chosen }: Pick<Props, 'incidents' | 'drill' | 'chosen'>) {
  const list = useRef<HTMLDivElement>(null)
  const now = useNow()
  const move = (event: KeyboardEvent) => {
    const to = steps[event.key]?.(
      incidents.findIndex(({ number }) => number === chosen.incident?.number),
      incidents.length - 1,
    )
    const next = to === undefined ? undefined : incidents[to]
    if (to === undefined || !next) return
    event.preventDefault()
    chosen.choose(next.number)
    list.current?.querySelectorAll('button')[to]?.focus()
  }
  return (
    <div role="tablist" aria-label="Incidents" className="incident-tiles" ref={list}>
      {incidents.map((incident) => (
        <Tile
          key={incident.number}
          incident={incident}
          now={drill.endedAt ?? now}
          selected={incident.number === chosen.incident?.number}
          onChoose={() => chosen.choose(incident.number)}
          onKey={move}
        />
      ))}
    </div>
  )
}

interface TileProps {
  incident: IncidentView
  now: number
  selected: boolean
  onChoose: () => void
  onKey: (event: KeyboardEvent) => void
}

function Tile({ incident, now, selected, onChoose, onKey }: TileProps) {
  const { number, title, pagedAt, pages, milestones, hints, over } = incident
  const firing = isFiring(incident)
  const page = pages.find((each) => each.firing) ?? pages[0]
  const reached = milestoneNames.filter((name) => milestones[name] !== null).length
  return (
    <button
      role="tab"
      id={`incident-${number}`}
      aria-controls="incident"
      aria-selected={selected}
      tabIndex={selected ? 0 : -1}
      className={`incident ${over ? 'over' : firing ? 'firing' : ''}`}
      onClick={onChoose}
      onKeyDown={onKey}
    >
      <span className="incident-head">
        <b>
          Incident {number}
          {title !== null && `: ${title}`}
        </b>
        <span className="incident-state">{over ? 'done' : firing ? 'firing' : 'not firing'}</span>
      </span>
      <span>{page?.summary}</span>
      <span className="quiet">
        <span aria-hidden="true">{milestoneNames.map((name) => (milestones[name] === null ? '○' : '●')).join('')}</span>
        <span className="hidden">
          {reached} of {milestoneNames.length} milestones
        </span>{' '}
        · {pagedAt === null ? 'has not paged yet' : `paged ${elapsed(passedSince(pagedAt, now))} ago`}
        {hints > 0 && ` · ${hints === 1 ? '1 hint' : `${hints} hints`}`}
      </span>
    </button>
  )
}
