import { useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { isRefusal } from '../lib/api.ts'
import { isUnsteady } from '../lib/unsteady.ts'

export const Loading = ({ what }: { what: string }) => (
  <p className="quiet" aria-busy="true">
    Loading {what}…
  </p>
)

export const Problem = ({ error }: { error: unknown }) => (
  <p className="problem" role="alert">
    {error instanceof Error ? error.message : String(error)}
  </p>
)

/** Why a requested drill has not started yet; null if there is another reason. */
export const UntilSteady = ({ reason }: { reason: unknown }) =>
  isUnsteady(reason) && (
    <p className="banner" role="status">
      The drill begins as soon as the range is steady. {reason.message}
    </p>
  )

export const Empty = ({ children }: { children: ReactNode }) => <p className="quiet empty">{children}</p>

/** A page without data yet: its heading, and that it is loading, or why it failed and how to retry. */
export const NotYet = ({ title, what, error }: { title: string; what: string; error: unknown }) => (
  <>
    <h1>{title}</h1>
    {error ? <Failed error={error} /> : <Loading what={what} />}
  </>
)

function Failed({ error }: { error: unknown }) {
  const queries = useQueryClient()
  // Something that does not exist is not retried.
  const final = isRefusal(error)
  return (
    <>
      <Problem error={error} />
      {!final && (
        <p className="quiet">
          This page stays empty until the request succeeds.{' '}
          <button className="link" onClick={() => void queries.refetchQueries({ type: 'active' })}>
            Try again
          </button>
        </p>
      )}
    </>
  )
}
