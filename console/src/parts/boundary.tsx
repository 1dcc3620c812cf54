import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ErrorBoundary, type FallbackProps } from 'react-error-boundary'
import { api } from '../lib/api.ts'
import { Problem } from './states.tsx'

/** So that trainees do not take the error for a part of the incident. */
const notOfTheDrill = 'This is an error in the console and not part of the incident.'

/** A page that fails says so; the menu stays, and with it every other page. It is retried when `address` changes. */
export const PageBoundary = ({ address, children }: { address: string; children: React.ReactNode }) => (
  <ErrorBoundary FallbackComponent={BrokenPage} resetKeys={[address]}>
    {children}
  </ErrorBoundary>
)

function BrokenPage({ error }: FallbackProps) {
  const [away, setAway] = useState(false)
  // Reloading the page while the server is down would lose it altogether.
  const reload = () =>
    void api.get('/api/session').then(
      () => window.location.reload(),
      () => setAway(true),
    )
  return (
    <>
      <h1>This page cannot be shown</h1>
      <Problem error={error} />
      <p>
        {notOfTheDrill} The drill has lost nothing, and the other pages work. <button onClick={reload}>Reload the page</button>
      </p>
      {away && (
        <p className="quiet" role="status">
          The control plane does not answer: try again in a moment.
        </p>
      )}
    </>
  )
}

/** A part of a page that fails leaves the others unchanged. */
export function PartBoundary({ what, children }: { what: string; children: React.ReactNode }) {
  const queries = useQueryClient()
  return <ErrorBoundary fallbackRender={brokenPart(what, () => queries.refetchQueries())}>{children}</ErrorBoundary>
}

/** The data may be the reason: it is fetched again before the part is shown again. */
const brokenPart = (what: string, askAnew: () => Promise<void>) =>
  function render({ error, resetErrorBoundary }: FallbackProps) {
    return (
      <section className="box" aria-label={what}>
        <h2>{what} cannot be shown</h2>
        <Problem error={error} />
        <p>{notOfTheDrill}</p>
        <button onClick={() => void askAnew().finally(resetErrorBoundary)}>Try again</button>
      </section>
    )
  }
