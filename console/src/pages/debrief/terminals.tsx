import { useQuery } from '@tanstack/react-query'
import { Suspense, useState } from 'react'
import { elapsed } from '../../../../model/duration.ts'
import { api } from '../../lib/api.ts'
import { later } from '../../lib/later.ts'
import { Loading } from '../../parts/states.tsx'

/** Loaded when the first recording is opened. */
const CastPlayer = later(async () => (await import('../../terminal/player.tsx')).CastPlayer)

/** Recordings of the drill's terminals. Nothing if nobody opened one. */
export function RecordedTerminals({ drill, startedAt }: { drill: string; startedAt: number }) {
  const { data } = useQuery({
    queryKey: ['recorded-terminals', drill],
    queryFn: () => api.get('/api/drills/:id/terminals', { id: drill }),
  })
  const [open, setOpen] = useState<string | null>(null)
  if (!data || data.terminals.length === 0) return null
  return (
    <section className="box" aria-label="Terminals">
      <h2>Terminals</h2>
      <ul className="cast-list">
        {data.terminals.map(({ id, owner, startedAt: at }) => {
          const source = `/api/drills/${drill}/terminals/${id}`
          return (
            <li key={id}>
              <span>
                {owner}, from {elapsed(Math.max(0, at - startedAt))}
              </span>
              <span className="buttons">
                <button aria-expanded={open === id} onClick={() => setOpen(open === id ? null : id)}>
                  {open === id ? 'Close' : 'Watch'}
                </button>
                <a className="button" href={source} download={`terminal-${id}.cast`}>
                  Download (asciicast)
                </a>
              </span>
              {open === id && (
                <Suspense fallback={<Loading what="the player" />}>
                  <CastPlayer drill={drill} terminal={id} />
                </Suspense>
              )}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
