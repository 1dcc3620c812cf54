import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { teamRoles } from '../../../model/game-day.ts'
import { api } from '../lib/api.ts'
import { useGameDay } from '../lib/data.ts'
import { clock } from '../lib/time.ts'
import { Problem } from './states.tsx'
import type { TeamRole } from '../../../model/game-day.ts'

/** What each role does, in a sentence. */
export const roleDuties: Record<string, string> = {
  commander: 'decides, delegates, keeps the overview',
  operations: 'investigates and changes the system',
  communications: 'keeps users and stakeholders informed',
  observer: 'watches and takes notes',
}

/** The members of the open game day, and one's own role; nothing if there is none. */
export function Team() {
  const { data } = useGameDay()
  const queries = useQueryClient()
  const take = useMutation({
    mutationFn: (role: TeamRole) => api.put('/api/game-day/role', { body: { role } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['game-day'] }),
  })
  if (!data?.gameDay) return null
  const { gameDay, me } = data
  return (
    <section aria-label="Team" className="team">
      <b>{gameDay.title}</b>
      <span className="quiet">
        drill {Math.max(1, gameDay.drills.length)} of {gameDay.of}
      </span>
      <ul className="tags">
        {gameDay.people.map(({ name, role }) => (
          <li key={name} title={roleDuties[role]}>
            {name} · {role}
          </li>
        ))}
      </ul>
      {me && (
        <label className="inline">
          <span>Your role</span>
          <select value={me.role} onChange={(event) => take.mutate(event.target.value as TeamRole)}>
            {teamRoles.map((role) => (
              <option key={role}>{role}</option>
            ))}
          </select>
        </label>
      )}
      {take.error && <Problem error={take.error} />}
    </section>
  )
}

/** Where the team waits and chats between drills; nothing if no game day is open. */
export function Lobby() {
  const { data } = useGameDay()
  const [text, setText] = useState('')
  const queries = useQueryClient()
  const say = useMutation({
    mutationFn: () => api.post('/api/game-day/chat', { body: { text } }),
    onSuccess: () => {
      setText('')
      void queries.invalidateQueries({ queryKey: ['game-day'] })
    },
  })
  if (!data?.gameDay) return null
  const { gameDay } = data
  return (
    <section className="box" aria-label="Game day">
      <Team />
      <p>
        {gameDay.running ? (
          <Link className="button primary" to={`/drills/${gameDay.running}`}>
            To the incident room
          </Link>
        ) : gameDay.drills.length < gameDay.of ? (
          'The instructor will begin the next drill. You will be paged here.'
        ) : (
          'Every drill has been played.'
        )}
      </p>
      {gameDay.drills.length > 0 && (
        <ol className="rows">
          {gameDay.drills.map(({ drill, title, phase }) => (
            <li key={drill}>
              <span>{title}</span>
              {phase === 'finished' ? <Link to={`/drills/${drill}/debrief`}>debrief</Link> : <span className="quiet">{phase}</span>}
            </li>
          ))}
        </ol>
      )}
      <form
        className="note"
        onSubmit={(event) => {
          event.preventDefault()
          say.mutate()
        }}
      >
        <input
          aria-label="To the team"
          placeholder="Tell the team"
          required
          maxLength={2000}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button disabled={say.isPending}>Post</button>
      </form>
      {say.error && <Problem error={say.error} />}
      <ol className="timeline">
        {gameDay.talk
          .toReversed()
          .slice(0, 30)
          .map((one) => (
            <li key={`${one.at} ${one.text}`}>
              <time>{clock(one.at)}</time> <b>{one.by?.name ?? 'Somebody'}:</b> {one.status ? `to users, ${one.status}: ` : ''}
              {one.text}
            </li>
          ))}
      </ol>
    </section>
  )
}
