import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { DrillState } from '../../../model/drill.ts'
import type { ScenarioCard } from '../../../model/scenario.ts'
import { post } from '../lib/api.ts'
import { useDrills, useScenarios } from '../lib/data.ts'
import { useLive } from '../lib/live.ts'
import { Empty, Loading, Problem } from '../parts/states.tsx'
import { Lobby } from '../parts/team.tsx'

export function ScenariosPage() {
  const { data, error } = useScenarios()
  const drills = useDrills()
  const live = useLive()
  const [mode, setMode] = useState<'learning' | 'assessment'>('learning')
  const navigate = useNavigate()
  const start = useMutation({
    mutationFn: (scenario: string) => post<DrillState>('/api/drills', { scenario, mode }),
    onSuccess: (drill) => void navigate(`/drills/${drill.id}`),
  })
  if (error) return <Problem error={error} />
  if (!data) return <Loading what="scenarios" />
  const running = drills.data?.running ?? null
  const past = drills.data?.drills.filter((drill) => drill.phase === 'finished').slice(0, 8) ?? []
  const titles = new Map(data.scenarios.map((scenario) => [scenario.id, scenario.title]))
  return (
    <>
      <div className="heading">
        <h1>Scenarios</h1>
        <fieldset className="choice">
          <legend className="hidden">Mode</legend>
          {(['learning', 'assessment'] as const).map((name) => (
            <label key={name}>
              <input type="radio" name="mode" checked={mode === name} onChange={() => setMode(name)} />
              {name === 'learning' ? 'Learning: hints are free' : 'Assessment: hints cost points'}
            </label>
          ))}
        </fieldset>
      </div>
      {live.healthy === false && !running && (
        <p className="banner" role="status">
          The range is not steady yet; a drill starts when it is.
        </p>
      )}
      {start.error && <Problem error={start.error} />}
      <Lobby />
      <ul className="cards">
        {data.scenarios.map((scenario) => (
          <Card
            key={scenario.id}
            scenario={scenario}
            busy={running !== null || start.isPending}
            onStart={() => start.mutate(scenario.id)}
          />
        ))}
      </ul>
      <h2>Your drills</h2>
      {past.length === 0 ? (
        <Empty>Nothing played yet. Pick a scenario; your pager will tell you the rest.</Empty>
      ) : (
        <ul className="rows">
          {past.map((drill) => (
            <li key={drill.id}>
              <Link to={`/drills/${drill.id}/debrief`}>{titles.get(drill.scenario) ?? drill.scenario}</Link>
              <span className="quiet">
                {new Date(drill.startedAt).toLocaleString()} · {drill.outcome} ·{' '}
                {drill.hints.length === 0 ? 'unassisted' : `${drill.hints.length} hints`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function Card({ scenario, busy, onStart }: { scenario: ScenarioCard; busy: boolean; onStart: () => void }) {
  return (
    <li className="card">
      <h2>{scenario.title}</h2>
      <p>{scenario.summary}</p>
      <dl>
        <div>
          <dt>Difficulty</dt>
          <dd>{scenario.difficulty}</dd>
        </div>
        <div>
          <dt>Par</dt>
          <dd>{Math.round(scenario.parMs / 60_000)} min</dd>
        </div>
        <div>
          <dt>Best</dt>
          <dd>{scenario.best ? `${scenario.best.score} points` : 'not played'}</dd>
        </div>
      </dl>
      <ul className="tags" aria-label="Skills">
        {scenario.skills.map((skill) => (
          <li key={skill}>{skill}</li>
        ))}
      </ul>
      {!scenario.playable && (
        <p className="quiet">{scenario.skills.includes('Kubernetes') ? 'For a shop in a cluster.' : 'Not for a shop in a cluster.'}</p>
      )}
      <button className="primary" disabled={busy || !scenario.playable} onClick={onStart} aria-label={`Start ${scenario.title}`}>
        Start
      </button>
    </li>
  )
}
