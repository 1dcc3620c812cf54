import { useQuery } from '@tanstack/react-query'
import { Command } from 'cmdk'
import { BookOpenText, ListTree, Play, ScrollText, Wrench } from 'lucide-react'
import { memo, useCallback, useDeferredValue, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { useNavigate } from 'react-router'
import { api } from '../lib/api.ts'
import { useDashboards, useDrills, useInCluster, useScenarios, useShifts } from '../lib/data.ts'
import { useLive } from '../lib/live.ts'
import { matching, type Entry, type Group } from './palette-entries.ts'
import { icons, placesFor } from './places.ts'
import { useFirstSelected } from './selected.ts'

const actionsQuery = {
  queryKey: ['actions'],
  queryFn: () => api.get('/api/actions'),
  staleTime: Infinity,
}
const runbooksQuery = { queryKey: ['runbooks'], queryFn: () => api.get('/api/runbooks'), staleTime: Infinity }

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
  // Fetched before it is opened: an entry that appears while somebody types must not be what Enter selects.
  useQuery(actionsQuery)
  useQuery(runbooksQuery)
  useDashboards()
  useScenarios()
  useShifts()
  const close = useCallback(() => onOpenChange(false), [onOpenChange])
  return (
    <Modal open={open} onClose={close}>
      <Finder role={role} onClose={close} />
    </Modal>
  )
}

/** The browser's own dialog: it holds the focus, closes on Escape, and opens in a fraction of the time of a JavaScript one. */
function Modal({ open, onClose, children }: { open: boolean; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const element = dialog.current
    if (!open || !element) return element?.close()
    element.showModal()
    element.querySelector('input')?.focus()
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
      {open && children}
    </dialog>
  )
}

function Finder({ role, onClose }: { role: string; onClose: () => void }) {
  const [text, setText] = useState('')
  const navigate = useNavigate()
  const all = useEntries(role)
  // The field is there immediately, and accepts input; results follow.
  const sought = useDeferredValue<string | null>(text, null)
  const groups = useMemo(() => (sought === null ? null : found(all, sought)), [all, sought])
  const go = useCallback(
    (to: string) => {
      onClose()
      void navigate(to)
    },
    [navigate, onClose],
  )
  const goAhead = (event: React.KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || sought === text) return
    // A user who is faster than the list gets its future first entry.
    event.preventDefault()
    const first = found(all, text)[0]?.entries[0]
    if (first) go(first.to)
  }
  return (
    <Command ref={useFirstSelected(sought)} label="Find anything" loop shouldFilter={false} onKeyDown={goAhead}>
      <Command.Input value={text} onValueChange={setText} placeholder="A page, an action, a component, a trace id…" />
      <Found groups={groups} onChoose={go} />
    </Command>
  )
}

const found = (all: readonly Group[], text: string) => [...matching(all, text), ...searches(text)]

/** Pages on which the input can be searched for. */
function searches(text: string): (Group & { more: number })[] {
  const asked = text.trim()
  if (asked === '') return []
  const logs = { name: `Search the logs for “${asked}”`, icon: ScrollText, to: `/logs?text=${encodeURIComponent(asked)}` }
  const trace = { name: `Open trace ${asked}`, icon: ListTree, to: `/traces/${asked.toLowerCase()}` }
  return [{ title: 'Search', entries: /^[0-9a-f]{16,32}$/i.test(asked) ? [trace, logs] : [logs], more: 0 }]
}

interface FoundProps {
  groups: readonly (Group & { more: number })[] | null
  onChoose: (to: string) => void
}

const Found = memo(function Found({ groups, onChoose }: FoundProps) {
  return (
    <Command.List>
      {groups && <Command.Empty>Nothing has that name.</Command.Empty>}
      {groups?.map(({ title, entries, more }) => (
        <Command.Group key={title} heading={more > 0 ? `${title}, and ${more} more` : title}>
          {entries.map((entry) => (
            <Item key={`${entry.to} ${entry.name}`} entry={entry} group={title} onChoose={onChoose} />
          ))}
        </Command.Group>
      ))}
    </Command.List>
  )
})

interface ItemProps {
  entry: Entry
  group: string
  onChoose: (to: string) => void
}

function Item({ entry, group, onChoose }: ItemProps) {
  const { name, hint, icon: Icon, to } = entry
  return (
    <Command.Item value={`${name} ${group} ${to}`} onSelect={() => onChoose(to)}>
      <Icon size={16} />
      <span>{name}</span>
      {hint && <span className="quiet">{hint}</span>}
    </Command.Item>
  )
}

function useEntries(role: string): Group[] {
  const running = useDrills().data?.running
  const inCluster = useInCluster().data ?? false
  const boards = useDashboards().data?.dashboards
  const scenarios = useScenarios().data?.scenarios
  const shifts = useShifts().data?.shifts
  const { components } = useLive()
  const actions = useQuery(actionsQuery).data?.actions
  const runbooks = useQuery(runbooksQuery).data?.runbooks
  return useMemo(() => {
    const room = running ? `/drills/${running}` : null
    return [
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
        entries: components.flatMap(({ name }) => [
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
  }, [role, running, inCluster, boards, scenarios, shifts, components, actions, runbooks])
}
