import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { AnswerOf } from '../../../model/client.ts'
import { api } from '../lib/api.ts'
import { onceSteady } from '../lib/unsteady.ts'
import { useDrills, useScenarios, useShifts } from '../lib/data.ts'
import { Problem, UntilSteady } from './states.tsx'

type PlannedGameDay = AnswerOf<'GET /api/game-days'>['gameDays'][number]

/** Plans a game day, shows the link to join, and leads through its drills. */
export function GameDayPanel() {
  const { data, error } = useQuery({
    queryKey: ['game-days'],
    queryFn: () => api.get('/api/game-days'),
    refetchInterval: 3_000,
  })
  const open = data?.gameDays.find(({ endedAt }) => endedAt === null)
  return (
    <section aria-label="Game day" className="box">
      <h2>Game day</h2>
      {error && <Problem error={error} />}
      {data && (open ? <OpenGameDay gameDay={open} /> : <PlanForm />)}
    </section>
  )
}

function OpenGameDay({ gameDay }: { gameDay: PlannedGameDay }) {
  const queries = useQueryClient()
  const running = useDrills().data?.running ?? null
  const { titles } = usePlayable()
  const command = useMutation({
    mutationFn: (what: 'next' | 'end'): Promise<unknown> =>
      what === 'next' ? api.post('/api/game-days/:id/next', { id: gameDay.id }) : api.post('/api/game-days/:id/end', { id: gameDay.id }),
    ...onceSteady,
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ['game-days'] })
      void queries.invalidateQueries({ queryKey: ['drills'] })
    },
  })
  const leave = useMutation({
    mutationFn: (name: string) => api.delete('/api/game-days/:id/people/:name', { id: gameDay.id, name }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['game-days'] }),
  })
  const link = `${location.origin}/join#code=${gameDay.code}`
  const [copied, setCopied] = useState(false)
  return (
    <>
      <p>
        <b>{gameDay.title}</b> <span className="quiet">{gameDay.mode}</span>
      </p>
      <div className="note">
        <input aria-label="Link to join" readOnly value={link} onFocus={(event) => event.target.select()} />
        <button
          onClick={() =>
            void navigator.clipboard.writeText(link).then(
              () => setCopied(true),
              () => setCopied(false),
            )
          }
        >
          {copied ? 'Copied' : 'Copy the link'}
        </button>
      </div>
      <ol>
        {gameDay.scenarios.map((scenario, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- a scenario may be played twice
          <li key={`${index}-${scenario}`}>
            {titles.get(scenario) ?? scenario} <span className="quiet">{gameDay.drills[index]?.phase ?? 'to come'}</span>
          </li>
        ))}
      </ol>
      <ul className="tags" aria-label="People">
        {gameDay.people.map(({ name, role }) => (
          <li key={name}>
            {name} · {role}{' '}
            <button aria-label={`Remove ${name}`} onClick={() => leave.mutate(name)} disabled={leave.isPending}>
              Remove
            </button>
          </li>
        ))}
        {gameDay.people.length === 0 && <li>nobody has joined yet</li>}
      </ul>
      <p className="buttons">
        <button
          className="primary"
          onClick={() => command.mutate('next')}
          disabled={running !== null || command.isPending || gameDay.drills.length >= gameDay.scenarios.length}
        >
          Begin the next drill
        </button>
        <button onClick={() => command.mutate('end')} disabled={command.isPending}>
          End the game day
        </button>
      </p>
      {command.isPending && <UntilSteady reason={command.failureReason} />}
      {command.error && <Problem error={command.error} />}
      {leave.error && <Problem error={leave.error} />}
    </>
  )
}

/** What can be planned, and all titles. */
function usePlayable() {
  const scenarios = useScenarios().data?.scenarios ?? []
  const shifts = useShifts().data?.shifts ?? []
  return {
    groups: Object.entries({ Scenarios: scenarios, Shifts: shifts }).map(([name, all]) => ({
      name,
      items: all.filter(({ playable }) => playable),
    })),
    titles: new Map([...scenarios, ...shifts].map(({ id, title }) => [id, title])),
  }
}

function PlanForm() {
  const { groups, titles } = usePlayable()
  const queries = useQueryClient()
  const [title, setTitle] = useState('Game day')
  const [mode, setMode] = useState<'learning' | 'assessment'>('learning')
  const [chosen, setChosen] = useState<string[]>([])
  const plan = useMutation({
    mutationFn: () => api.post('/api/game-days', { body: { title, mode, scenarios: chosen } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['game-days'] }),
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        plan.mutate()
      }}
    >
      <p className="quiet">A sequence of scenarios and shifts for a team: they join by a link, take roles, and share one timeline.</p>
      <div className="filters">
        <label>
          Title
          <input value={title} required maxLength={80} onChange={(event) => setTitle(event.target.value)} />
        </label>
        <label>
          Mode
          <select value={mode} onChange={(event) => setMode(event.target.value as typeof mode)}>
            <option value="learning">learning</option>
            <option value="assessment">assessment</option>
          </select>
        </label>
        <label>
          Add a scenario or a shift
          <select value="" onChange={(event) => setChosen([...chosen, event.target.value])}>
            <option value="" disabled>
              choose…
            </option>
            {groups.map(({ name, items }) => (
              <optgroup key={name} label={name}>
                {items.map(({ id, title: itsTitle }) => (
                  <option key={id} value={id}>
                    {itsTitle}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        </label>
      </div>
      <ol>
        {chosen.map((id, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- a scenario may be chosen twice
          <li key={`${index}-${id}`}>
            {titles.get(id)}{' '}
            <button type="button" aria-label={`Remove ${titles.get(id)}`} onClick={() => setChosen(chosen.toSpliced(index, 1))}>
              Remove
            </button>
          </li>
        ))}
      </ol>
      <button className="primary" disabled={chosen.length === 0 || plan.isPending}>
        Plan it
      </button>
      {plan.error && <Problem error={plan.error} />}
    </form>
  )
}
