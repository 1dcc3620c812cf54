import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { teamRoles } from '../../../model/game-day.ts'
import { api } from '../lib/api.ts'
import { Problem } from '../parts/states.tsx'
import { roleDuties } from '../parts/team.tsx'
import type { TeamRole } from '../../../model/game-day.ts'

/** Joins a game day by its link; the code is in the fragment, which never reaches a log. */
export function JoinPage() {
  const [code] = useState(() => new URLSearchParams(location.hash.slice(1)).get('code') ?? '')
  const [name, setName] = useState('')
  const [role, setRole] = useState<TeamRole>('operations')
  const [error, setError] = useState<unknown>(null)
  const navigate = useNavigate()
  const queries = useQueryClient()
  async function join() {
    try {
      await api.post('/api/game-day/join', { body: { code, name, role } })
      await queries.invalidateQueries()
      void navigate('/', { replace: true })
    } catch (problem) {
      setError(problem)
    }
  }
  return (
    <section className="narrow">
      <h1>Join the game day</h1>
      {code === '' && <p>This link is incomplete: ask the instructor for a new one.</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void join()
        }}
      >
        <label>
          Your name
          <input value={name} onChange={(event) => setName(event.target.value)} autoComplete="name" required maxLength={40} />
        </label>
        <fieldset className="roles">
          <legend>Your role, to begin with</legend>
          {teamRoles.map((one) => (
            <label key={one} aria-label={one}>
              <input type="radio" name="role" checked={role === one} onChange={() => setRole(one)} />
              <b>{one}</b>
              <span className="quiet">{roleDuties[one]}</span>
            </label>
          ))}
        </fieldset>
        <button className="primary" disabled={code === ''}>
          Join
        </button>
      </form>
      {error !== null && <Problem error={error} />}
    </section>
  )
}
