import { useQuery } from '@tanstack/react-query'
import { BookOpenText, ListTree, Play, ScrollText, Wrench } from 'lucide-react'
import { memo, startTransition, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { useNavigate } from 'react-router'
import { api } from '../lib/api.ts'
import { useDashboards, useDrills, useInCluster, useScenarios, useShifts } from '../lib/data.ts'
import { whenIdle } from '../lib/idle.ts'
import { useLive } from '../lib/live.ts'
import { Finder, type FinderHandle, type FoundGroup } from './finder.tsx'
import { matching, type Entry, type Group } from './palette-entries.ts'
import { icons, placesFor } from './places.ts'

const actionsQuery = {
  queryKey: ['actions'],
  queryFn: () => api.get('/api/actions'),
  staleTime: Infinity,
}
const runbooksQuery = { queryKey: ['runbooks'], queryFn: () => api.get('/api/runbooks'), staleTime: Infinity }

interface PaletteEntry extends Entry {
  id: string
}

/** Finds everything with a name by a few letters: pages, actions, components, dashboards, runbooks, and traces by their id. */
export function CommandPalette({ role, open, onOpenChange }: { role: string; open: boolean; onOpenChange: (open: boolean) => void }) {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey) return
      event.preventDefault()
      onOpenChange(!open)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [open, onOpenChange])
  const close = useCallback(() => onOpenChange(false), [onOpenChange])
  const isReady = useIdle()
  return (
    <Modal open={open} onClose={close}>
      {(open || isReady) && <Everything role={role} open={open} onClose={close} />}
    </Modal>
  )
}

/** Whether the browser has been idle: what is rendered from then on, in advance, delays nothing. */
function useIdle(): boolean {
  const [isIdle, setIdle] = useState(false)
  useEffect(() => whenIdle(() => startTransition(() => setIdle(true))), [])
  return isIdle
}

/** The browser's own dialog: it holds the focus, closes on Escape, and opens in a fraction of the time of a JavaScript one. */
function Modal({ open, onClose, children }: { open: boolean; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const element = dialog.current
    if (!open || !element) return element?.close()
    element.showModal()
    element.querySelector('input')?.focus()
    element.querySelector('[role=listbox]')?.scrollTo(0, 0)
    // A click outside its content hits the dialog itself. Both ends have to be there: a text selection may end beside the field.
    let pressed = false
    const press = ({ target }: Event) => (pressed = target === element)
    const leave = ({ target }: Event) => pressed && target === element && onClose()
    element.addEventListener('pointerdown', press)
    element.addEventListener('click', leave)
    return () => {
      element.removeEventListener('pointerdown', press)
      element.removeEventListener('click', leave)
    }
  }, [open, onClose])
  return (
    <dialog
      ref={dialog}
      className="palette"
      aria-label="Find anything"
      onCancel={onClose}
      // The event comes late: it may be open again.
      onClose={({ currentTarget }) => currentTarget.open || onClose()}
    >
      {children}
    </dialog>
  )
}

/** Stays while the palette is closed, so that it opens without rendering anything. */
const Everything = memo(function Everything({ role, open, onClose }: { role: string; open: boolean; onClose: () => void }) {
  const navigate = useNavigate()
  const finder = useRef<FinderHandle>(null)
  const all = useEntries(role)
  useEffect(() => {
    if (!open) finder.current?.clear()
  }, [open])
  const go = useRef(navigate)
  useLayoutEffect(() => {
    go.current = navigate
  })
  return (
    <Finder
      ref={finder}
      eager
      label="Find anything"
      listLabel="Suggestions"
      placeholder="A page, an action, a component, a trace id…"
      nothing="Nothing has that name."
      find={useCallback((text: string) => found(all, text), [all])}
      onChoose={useCallback(
        ({ to }: PaletteEntry) => {
          onClose()
          void go.current(to)
        },
        [onClose],
      )}
    />
  )
})

const found = (all: readonly Group<PaletteEntry>[], text: string): FoundGroup<PaletteEntry>[] =>
  [...matching(all, text), ...searches(text)].map(({ title, entries, more }) => ({
    id: title,
    heading: more > 0 ? `${title}, and ${more} more` : title,
    items: entries,
  }))

/** Pages on which the input can be searched for. */
function searches(text: string): (Group<PaletteEntry> & { more: number })[] {
  const asked = text.trim()
  if (asked === '') return []
  const logs = { name: `Search the logs for “${asked}”`, icon: ScrollText, to: `/logs?text=${encodeURIComponent(asked)}` }
  const trace = { name: `Open trace ${asked}`, icon: ListTree, to: `/traces/${asked.toLowerCase()}` }
  const entries = /^[0-9a-f]{16,32}$/i.test(asked) ? [trace, logs] : [logs]
  return [{ title: 'Search', entries: entries.map(identified), more: 0 }]
}

const identified = (entry: Entry): PaletteEntry => ({ ...entry, id: `${entry.to} ${entry.name}` })

function useEntries(role: string): Group<PaletteEntry>[] {
  const running = useDrills().data?.running
  const inCluster = useInCluster().data ?? false
  const boards = useDashboards().data?.dashboards
  const scenarios = useScenarios().data?.scenarios
  const shifts = useShifts().data?.shifts
  // A string: the list itself is new with each status.
  const names = useLive()
    .components.map(({ name }) => name)
    .join(' ')
  const actions = useQuery(actionsQuery).data?.actions
  const runbooks = useQuery(runbooksQuery).data?.runbooks
  return useMemo(() => {
    const room = running ? `/drills/${running}` : null
    const groups: Group[] = [
      {
        title: 'Pages',
        whole: true,
        entries: [
          ...(room ? [{ name: 'Incident room', icon: icons.room, to: room }] : []),
          ...placesFor(role, inCluster).flatMap(({ places }) => places.map(({ title, icon, to }) => ({ name: title, icon, to }))),
        ],
      },
      {
        title: 'Actions',
        entries: room
          ? (actions ?? []).map(({ id, title, kind }) => ({
              name: title,
              hint: kind === 'change' ? 'changes the shop' : 'looks only',
              icon: Wrench,
              to: `${room}?action=${id}`,
            }))
          : [],
      },
      {
        title: 'Components',
        entries: (names === '' ? [] : names.split(' ')).flatMap((name) => [
          { name, icon: icons.component, to: `/components/${name}?range=15m` },
          { name: `${name}: logs`, icon: ScrollText, to: `/logs?service=${name}&range=15m` },
          { name: `${name}: traces`, icon: ListTree, to: `/traces?service=${name}&range=15m` },
        ]),
      },
      {
        title: 'Dashboards',
        entries: (boards ?? []).map(({ id, title }) => ({ name: title, icon: icons.dashboard, to: `/dashboards/${id}?range=15m` })),
      },
      {
        title: 'Runbooks',
        entries: (runbooks ?? []).map(({ id, title }) => ({ name: title, icon: BookOpenText, to: `/runbooks/${id}` })),
      },
      {
        title: 'Scenarios',
        entries: room
          ? []
          : (scenarios ?? []).filter(({ playable }) => playable).map(({ id, title }) => ({ name: title, icon: Play, to: `/?find=${id}` })),
      },
      {
        title: 'Shifts',
        entries: room
          ? []
          : (shifts ?? []).filter(({ playable }) => playable).map(({ id, title }) => ({ name: title, icon: Play, to: `/?shift=${id}` })),
      },
    ]
    return groups.map((group) => ({ ...group, entries: group.entries.map(identified) }))
  }, [role, running, inCluster, boards, scenarios, shifts, names, actions, runbooks])
}
