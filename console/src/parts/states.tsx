import type { ReactNode } from 'react'

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

export const Empty = ({ children }: { children: ReactNode }) => <p className="quiet empty">{children}</p>
