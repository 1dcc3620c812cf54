import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api } from '../../lib/api.ts'
import { useDrill, useDrills } from '../../lib/data.ts'
import { Markdown } from '../../parts/markdown.tsx'
import { NotYet } from '../../parts/states.tsx'
import { Timeline } from '../../parts/timeline.tsx'
import type { Debrief } from './debrief.ts'
import { AffectedOrders } from './affected-orders.tsx'
import { Answer } from './answer.tsx'
import { CoachWords } from './coach-words.tsx'
import { HandingOver } from './handing-over.tsx'
import { AlertsInHindsight, Tries } from './hindsight.tsx'
import { PractiseNext } from './practise-next.tsx'
import { Replay } from './replay.tsx'
import { ScoreTable } from './score-table.tsx'
import { ShareLinks } from './share-links.tsx'
import { ShiftDebriefPage } from './shift/page.tsx'
import { Story } from './story.tsx'
import { Told } from './told.tsx'
import { untilCoach } from './until-coach.ts'
import { RecordedTerminals } from './terminals.tsx'
import { Telling } from './telling.tsx'

/** The debrief of a drill or a shift. */
export function DebriefPage() {
  const { id = '' } = useParams()
  const { data: drills, error } = useDrills()
  const listed = drills?.drills.find((drill) => drill.id === id)
  // A drill that nobody played, such as a rehearsal, is in no list.
  const unlisted = useDrill(drills && !listed ? id : '')
  const drill = listed ?? unlisted.data?.drill
  if (!drill) return <NotYet title="Debrief" what="the debrief" error={error ?? unlisted.error} />
  return drill.shift ? <ShiftDebriefPage id={id} /> : <DrillDebrief id={id} />
}

function DrillDebrief({ id }: { id: string }) {
  // The moment for the story, the graphs, the map and the alerts: milliseconds since the epoch.
  const [moment, setMoment] = useState<number | null>(null)
  const { data, error } = useQuery({
    queryKey: ['debrief', id],
    queryFn: () => api.get('/api/drills/:id/debrief', { id }),
    refetchInterval: untilCoach,
  })
  if (error || !data) return <NotYet title="Debrief" what="the debrief" error={error} />
  const { drill, score } = data
  const shownAt = moment ?? drill.endedAt ?? drill.lastEventAt
  return (
    <>
      <Heading id={id} title={data.title} score={score} />
      <CoachWords events={data.events} />
      <Story drill={drill} events={data.events} reference={data.reference} moment={shownAt} onMoment={setMoment} />
      <Told story={data.story} drill={drill} onMoment={setMoment} />
      <Replay drill={drill} events={data.events} moment={shownAt} />
      <div className="room">
        <div>
          <ScoreTable lines={score.lines} />
          <Answer debrief={data} />
          {data.communication && <Telling drill={drill} events={data.events} communication={data.communication} />}
          <HandingOver drill={drill} handovers={data.handovers} />
          <AffectedOrders drill={drill} affected={data.affected} />
          <WhatHappened debrief={data} />
          <RecordedTerminals drill={id} startedAt={drill.startedAt} />
          <AlertsInHindsight alerts={data.alerts} />
          <PractiseNext drill={drill} score={score} />
          {data.tries.length > 1 && <Tries tries={data.tries} id={id} />}
        </div>
        <div>
          <Timeline drillId={id} startedAt={drill.startedAt} events={data.events} canNote />
        </div>
      </div>
    </>
  )
}

/** The title, the score, and the ways to share or print the debrief. */
function Heading({ id, title, score }: { id: string; title: string; score: Debrief['score'] }) {
  return (
    <div className="heading">
      <h1>Debrief: {title}</h1>
      <span className="score">
        {score.total}
        <span className="quiet"> of 100 · {score.assisted ? 'assisted' : 'unassisted'}</span>
      </span>
      <span className="buttons">
        <ShareLinks id={id} isPrimary />
        <Link className="button" to="/">
          Next scenario
        </Link>
      </span>
    </div>
  )
}

/** The author’s account, how to play the same drill again, and a similar incident with a public postmortem. */
function WhatHappened({ debrief }: { debrief: Debrief }) {
  const { text, again, reading, drill } = debrief
  return (
    <section className="box" aria-label="What happened">
      <Markdown text={text} />
      {again && (
        <p>
          This scenario varies from drill to drill. To play the same variant again, run{' '}
          <code>
            firedrill drill start {drill.scenario} --seed {again.seed}
            {again.variant !== null && ` --variant ${again.variant}`}
          </code>
          .
        </p>
      )}
      {reading && (
        <p>
          It has happened to others:{' '}
          <a href={reading.url} target="_blank" rel="noreferrer">
            {reading.title}
          </a>
        </p>
      )}
    </section>
  )
}
