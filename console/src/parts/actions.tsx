import { useQuery } from '@tanstack/react-query'
import { ArrowLeft, Eye, Wrench } from 'lucide-react'
import { memo, useCallback, useEffect, useMemo, useRef } from 'react'
import { api } from '../lib/api.ts'
import { putParams, useParamsOfPage } from '../lib/params.ts'
import { ActionForm, type Action } from './action-form.tsx'
import { Finder, type Findable, type FoundGroup } from './finder.tsx'
import { ranked, scoreOf } from './palette-entries.ts'
import { paletteKeys } from './palette-keys.ts'
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

interface ActionEntry extends Findable {
  kind: Action['kind']
}
const entryOf = ({ id, title, description, kind }: Action): ActionEntry => ({
  id,
  name: title,
  icon: kind === 'change' ? Wrench : Eye,
  title: description,
  kind,
})
const looksFirst = ({ kind }: Action) => (kind === 'inspect' ? 0 : 1)

/** The matching actions, the best first; without a word, all of them. */
function matching(entries: readonly ActionEntry[], text: string): FoundGroup<ActionEntry>[] {
  const found = ranked(entries, ({ id, name, title = '' }) => scoreOf(name, text, [id, title])).map(({ item }) => item)
  return [...Map.groupBy(found, ({ kind }) => kind)].map(([kind, items]) => ({ id: kind, heading: groups[kind], items }))
}

function ActionFinder({ actions, onChoose }: { actions: readonly Action[]; onChoose: (id: string) => void }) {
  const entries = useMemo(() => actions.toSorted((a, b) => looksFirst(a) - looksFirst(b)).map(entryOf), [actions])
  return (
    <Finder
      label="Find an action"
      listLabel="Actions"
      className="action-finder"
      iconSize={14}
      placeholder="Find: roll back, restart, sessions…"
      nothing="No action has that name."
      find={useCallback((text: string) => matching(entries, text), [entries])}
      onChoose={useCallback(({ id }: Findable) => onChoose(id), [onChoose])}
    />
  )
}
