import type { ReactNode } from 'react'

/** One of a list of what something has, and what it lacks. */
export const Tag = ({ has, children }: { has: boolean; children: ReactNode }) => (
  <li className={has ? 'has' : 'lacks'}>
    {has ? '✓' : '✕'} {children}
  </li>
)
