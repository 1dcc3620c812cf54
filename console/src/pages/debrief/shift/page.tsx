import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { Link } from 'react-router'
import { drillClock, type DrillState } from '../../../../../model/drill.ts'
import { elapsed } from '../../../../../model/duration.ts'
import { api } from '../../../lib/api.ts'
import { Markdown } from '../../../parts/markdown.tsx'
import { NotYet, Problem, UntilSteady } from '../../../parts/states.tsx'
import { Timeline } from '../../../parts/timeline.tsx'
import { useStart } from '../../home/start.ts'
import { CoachWords } from '../coach-words.tsx'
import { HandingOver } from '../handing-over.tsx'
import { Replay } from '../replay.tsx'
import { ShareLinks } from '../share-links.tsx'
import { Story } from '../story.tsx'
import type { Lane } from '../lanes.ts'
import { Tag } from '../tag.tsx'
import { Telling } from '../telling.tsx'
import { RecordedTerminals } from '../terminals.tsx'
import { untilCoach } from '../until-coach.ts'
import type { ShiftDebrief } from './debrief.ts'
import { IncidentDebrief } from './incident.tsx'

/** A finished shift: its incidents, the order in which they were handled, and the handover. */
export function ShiftDebriefPage({ id }: { id: string }) {
  const { data, error } = useQuery({
    queryKey: ['shift-debrief', id],
    queryFn: () => api.get('/api/drills/:id/shift', { id }),
    refetchInterval: untilCoach,
  })
  // The moment for the story, the graphs, the map and the alerts: milliseconds since the epoch.
  const [moment, setMoment] = useState<number | null>(null)
  const lanes = useMemo(() => (data ? courseOf(data) : []), [data])
  if (error || !data) return <NotYet title="Debrief" what="the debrief" error={error} />
  const { drill, events, handover } = data
  const shownAt = moment ?? drill.endedAt ?? drill.lastEventAt
  return (
    <>
      <Heading debrief={data} />
      <CoachWords events={events} />
      <Story
        drill={drill}
        events={events}
        reference={[]}
        moment={shownAt}
        onMoment={setMoment}
        title="The course of the shift"
        above={lanes}
      />
      <section aria-label="Incidents">
        <h2>Incidents</h2>
        {data.forestalled.length > 0 && (
          <p>You fixed it while it was only a ticket, and it never paged: {new Intl.ListFormat('en').format(data.forestalled)}.</p>
        )}
        {data.incidents.length === 0 && data.forestalled.length === 0 && <p className="quiet">No incident began in this shift.</p>}
        {data.incidents.map((incident) => (
          <IncidentDebrief key={incident.place} incident={incident} onMoment={setMoment} />
        ))}
        {data.missed.length > 0 && (
          <p className="quiet">
            The shift was over before they began: {new Intl.ListFormat('en').format(data.missed)}.
            {drill.outcome === 'given-up' && ' Since it was ended early, each counts as zero.'}
          </p>
        )}
      </section>
      <Replay drill={drill} events={events} moment={shownAt} />
      <div className="room">
        <div>
          <Triage triage={data.triage} />
          {data.handovers.length === 0 ? (
            <section className="box" aria-label="Handing over">
              <h2>
                Handing over{' '}
                <span className="quiet">
                  {handover.points} of {handover.of} points
                </span>
              </h2>
              <p>The next shift was told nothing: no note was written.</p>
            </section>
          ) : (
            <HandingOver
              drill={drill}
              handovers={data.handovers}
              counts={`${handover.points} of ${handover.of} points, for having written one`}
            />
          )}
          <Noise drill={drill} noise={data.noise} />
          <section className="box" aria-label="What happened">
            <Markdown text={data.text} />
          </section>
          {data.communication && <Telling drill={drill} events={events} communication={data.communication} />}
          <RecordedTerminals drill={id} startedAt={drill.startedAt} />
        </div>
        <div>
          <Timeline drillId={id} startedAt={drill.startedAt} events={events} canNote />
        </div>
      </div>
    </>
  )
}

/** When each incident was open, and when noise came. */
function courseOf({ drill, incidents, noise }: ShiftDebrief): Lane[] {
  const ended = drill.endedAt ?? drill.lastEventAt
  const open = incidents.map(({ number, beganAt, debrief }) => ({
    from: beganAt,
    to: debrief.drill.endedAt ?? ended,
    text: `${number === null ? 'Never paged' : `Incident ${number}`}: ${debrief.title}`,
    tone: 'bad' as const,
  }))
  const came = noise.flatMap(({ at, what }) => (at === null ? [] : [{ from: at, to: at, text: what, tone: 'plain' as const }]))
  return [
    { name: 'Incidents', items: open },
    { name: 'Noise', items: came },
  ].filter(({ items }) => items.length > 0)
}

/** The title, the score with its parts, and how to play the shift again. */
function Heading({ debrief: { drill, shift, title, total, triage, handover } }: { debrief: ShiftDebrief }) {
  const start = useStart(drill.mode === 'assessment' ? 'assessment' : 'learning')
  const rest = { points: total - triage.points - handover.points, of: 100 - triage.of - handover.of }
  return (
    <>
      <div className="heading">
        <h1>Debrief: {title}</h1>
        <span className="score">
          {total}
          <span className="quiet"> of 100</span>
        </span>
        <span className="buttons">
          <button className="primary" disabled={start.isPending} onClick={() => start.mutate({ shift })}>
            Play again
          </button>
          <ShareLinks id={drill.id} />
          <Link className="button" to="/">
            Next
          </Link>
        </span>
      </div>
      {start.isPending && <UntilSteady reason={start.failureReason} />}
      {start.error && <Problem error={start.error} />}
      <ul className="tags shift-points" aria-label="Points">
        {Object.entries({ Incidents: rest, Triage: triage, 'Handing over': handover }).map(([what, { points, of }]) => (
          <li key={what}>
            {what}: <b>{points}</b> of {of}
          </li>
        ))}
      </ul>
    </>
  )
}

/** For incidents that were open at the same time, whether the more urgent one came first; and whether noise was left alone. */
const Triage = ({ triage: { points, of, findings } }: Pick<ShiftDebrief, 'triage'>) => (
  <section className="box" aria-label="Triage">
    <h2>
      Triage{' '}
      <span className="quiet">
        {points} of {of} points
      </span>
    </h2>
    {findings.length === 0 ? (
      <p>No two incidents of different urgency were open at the same time, and no noise paged: there was nothing to choose.</p>
    ) : (
      <ul className="findings">
        {findings.map(({ ok, text }) => (
          <Tag key={text} has={ok}>
            {text}
          </Tag>
        ))}
      </ul>
    )}
  </section>
)

/** Noise: pages that needed no action. */
function Noise({ drill, noise }: { drill: DrillState; noise: ShiftDebrief['noise'] }) {
  if (noise.length === 0) return null
  return (
    <section className="box" aria-label="Noise">
      <h2>
        Noise <span className="quiet">it needed nobody</span>
      </h2>
      <ul className="told">
        {noise.map(({ what, at, pages }) => (
          <li key={what}>
            <span className="told-time">{at === null ? '–' : elapsed(drillClock(drill, at))}</span>
            <span>
              {what} <span className="quiet">{at === null ? 'It did not come.' : pagesInWords(pages)}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const pagesInWords = (pages: number): string =>
  pages === 0 ? 'It did not page.' : pages === 1 ? 'It paged once.' : `It paged ${pages} times.`
