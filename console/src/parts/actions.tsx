import { useQuery } from '@tanstack/react-query'
import { Command } from 'cmdk'
import { ArrowLeft, Eye, Wrench } from 'lucide-react'
import { memo, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { api } from '../lib/api.ts'
import { putParams, useParamsOfPage } from '../lib/params.ts'
import { ActionForm, type Action } from './action-form.tsx'
import { ranked, scoreOf } from './palette-entries.ts'
import { paletteKeys } from './palette-keys.ts'
import { useFirstSelected } from './selected.ts'
import { Loading, Problem } from './states.tsx'

const groups = { inspect: 'Look', change: 'Change' } as const

/** A responder's actions: found by a word of their name or description, and run in place. Not re-rendered with each event of the drill. */
export const Actions = memo(function Actions({ enabled }: { enabled: boolean }) {
  const { data, error } = useQuery({
    queryKey: ['actions'],
    queryFn: () => api.get('/api/actions'),
    staleTime: Infinity,
  })
  const [params, setParams] = useParamsOfPage()
  const chosen = params.get('action') ?? ''
  const setChosen = useCallback((id: string) => putParams(setParams, { action: id }, { replace: true }), [setParams])
  const place = useRef<HTMLElement>(null)
  const action = data?.actions.find((known) => known.id === chosen)
  // Chosen in the palette, it may be out of view.
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
          <ActionFinder actions={data.actions} onChoose={setChosen} />
        </>
      )}
    </section>
  )
})

const looksFirst = ({ kind }: Action) => (kind === 'inspect' ? 0 : 1)

/** The matching actions, the best first; without a word, all of them. */
const matching = (actions: readonly Action[], text: string): Action[] =>
  ranked(
    actions.toSorted((a, b) => looksFirst(a) - looksFirst(b)),
    ({ id, title, description }) => scoreOf(title, text, [id, description]),
  ).map(({ item }) => item)

function ActionFinder({ actions, onChoose }: { actions: readonly Action[]; onChoose: (id: string) => void }) {
  const [text, setText] = useState('')
  // The field is there immediately, and accepts input; results follow.
  const sought = useDeferredValue<string | null>(text, null)
  const found = useMemo(() => (sought === null ? null : matching(actions, sought)), [actions, sought])
  const goAhead = (event: React.KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || sought === text) return
    // A user who is faster than the list gets its future first entry.
    event.preventDefault()
    const [first] = matching(actions, text)
    if (first) onChoose(first.id)
  }
  return (
    <Command
      ref={useFirstSelected(sought)}
      label="Find an action"
      className="action-finder"
      shouldFilter={false}
      loop
      // None at first: the selected entry is scrolled into view, and on a phone the list is far below the pages.
      defaultValue="none"
      onKeyDown={goAhead}
    >
      <Command.Input value={text} onValueChange={setText} placeholder="Find: roll back, restart, sessions…" />
      <FoundActions found={found} onChoose={onChoose} />
    </Command>
  )
}

interface FoundActionsProps {
  /** Null until there has been time to render them. */
  found: readonly Action[] | null
  onChoose: (id: string) => void
}

const FoundActions = memo(function FoundActions({ found, onChoose }: FoundActionsProps) {
  return (
    <Command.List label="Actions">
      {found && <Command.Empty>No action has that name.</Command.Empty>}
      {[...Map.groupBy(found ?? [], ({ kind }) => kind)].map(([kind, some]) => (
        <Command.Group key={kind} heading={groups[kind]}>
          {some.map(({ id, title, description }) => (
            <Command.Item key={id} value={title} title={description} onSelect={() => onChoose(id)}>
              {kind === 'change' ? <Wrench size={14} /> : <Eye size={14} />}
              <span>{title}</span>
            </Command.Item>
          ))}
        </Command.Group>
      ))}
    </Command.List>
  )
})
