import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useNavigate } from 'react-router'
import { api } from '../lib/api.ts'
import { Problem } from '../parts/states.tsx'

/** Takes the token from the link's fragment, which never reaches a log, and exchanges it for a cookie. */
export function LoginPage() {
  const [token, setToken] = useState('')
  const [error, setError] = useState<unknown>(null)
  const navigate = useNavigate()
  const queries = useQueryClient()

  async function logIn(given: string) {
    try {
      await api.post('/api/session', { body: { token: given } })
      await queries.invalidateQueries({ queryKey: ['session'] })
      void navigate('/', { replace: true })
    } catch (problem) {
      setError(problem)
    }
  }
  useEffect(() => {
    const given = new URLSearchParams(location.hash.slice(1)).get('token')
    if (given) void logIn(given)
    // Once, with the link by which the page was opened.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [])

  return (
    <section className="narrow">
      <h1>Log in</h1>
      <p>
        Open the link that <code>firedrill up</code> or <code>firedrill open</code> printed, or paste its token here.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void logIn(token.trim())
        }}
      >
        <label>
          Token
          <input value={token} onChange={(event) => setToken(event.target.value)} autoComplete="off" required />
        </label>
        <button className="primary">Log in</button>
      </form>
      {error !== null && <Problem error={error} />}
    </section>
  )
}
