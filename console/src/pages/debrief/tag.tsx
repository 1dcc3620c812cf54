import type { ReactNode } from 'react'

/** A tag in a list of strengths and gaps. */
export const Tag = ({ has, children }: { has: boolean; children: ReactNode }) => (
  <li className={has ? 'has' : 'lacks'}>
    {has ? '✓' : '✕'} {children}
  </li>
)
