import { useQuery } from '@tanstack/react-query'
import { Command } from 'cmdk'
import { ArrowLeft, Eye, Wrench } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'
import { get } from '../lib/api.ts'
import { putParams } from '../lib/params.ts'
import { ActionForm, type Action } from './action-form.tsx'
import { scoreOf } from './command-palette.tsx'
import { paletteKeys } from './palette-keys.ts'
import { Loading, Problem } from './states.tsx'

const groups = { inspect: 'Look', change: 'Change' } as const

/** What a responder may do: found by a word of its name or description, and done where it was found. */
export function Actions({ enabled }: { enabled: boolean }) {
  const { data, error } = useQuery({
    queryKey: ['actions'],
    queryFn: () => get<{ actions: Action[] }>('/api/actions'),
    staleTime: Infinity,
  })
  const [params, setParams] = useSearchParams()
  const chosen = params.get('action') ?? ''
  const setChosen = (id: string) => putParams(setParams, { action: id }, { replace: true })
  const place = useRef<HTMLElement>(null)
  // None at first: what is selected is scrolled to, and on a phone the list is far below what fires.
  const [selected, setSelected] = useState('none')
  const action = data?.actions.find((known) => known.id === chosen)
  // Chosen by its name in the palette, it may be out of sight.
  useEffect(() => {
    if (!action) return
    place.current?.scrollIntoView({ block: 'nearest' })
    place.current?.querySelector<HTMLElement>('select, input, .primary')?.focus({ preventScroll: true })
  }, [action])
  if (error) return <Problem error={error} />
  if (!data) return <Loading what="actions" />
  return (
    <section ref={place} aria-label="Actions" className="box">
      {action ? (
        <>
          <div className="action-head">
            <button className="icon" aria-label="All actions" title="All actions" onClick={() => setChosen('')}>
              <ArrowLeft size={16} />
            </button>
            <h2>{action.title}</h2>
          </div>
          <ActionForm key={action.id} action={action} enabled={enabled} />
        </>
      ) : (
        <>
          <h2>
            Actions <kbd>{paletteKeys}</kbd>
          </h2>
          <Command label="Find an action" className="action-finder" filter={scoreOf} loop value={selected} onValueChange={setSelected}>
            <Command.Input placeholder="Find: roll back, restart, sessions…" />
            <Command.List label="Actions">
              <Command.Empty>No action has that name.</Command.Empty>
              {(Object.keys(groups) as Action['kind'][]).map((kind) => (
                <Command.Group key={kind} heading={groups[kind]}>
                  {data.actions
                    .filter((known) => known.kind === kind)
                    .map(({ id, title, description }) => (
                      <Command.Item key={id} value={title} keywords={[id, description]} title={description} onSelect={() => setChosen(id)}>
                        {kind === 'change' ? <Wrench size={14} /> : <Eye size={14} />}
                        <span>{title}</span>
                      </Command.Item>
                    ))}
                </Command.Group>
              ))}
            </Command.List>
          </Command>
        </>
      )}
    </section>
  )
}
