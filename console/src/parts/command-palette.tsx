import { useQuery } from '@tanstack/react-query'
import { Command } from 'cmdk'
import { BookOpenText, ListTree, Play, ScrollText, Wrench, type LucideIcon } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useNavigate } from 'react-router'
import { get } from '../lib/api.ts'
import { useDashboards, useDrills, useInCluster, useScenarios } from '../lib/data.ts'
import { useLive } from '../lib/live.ts'
import { icons, placesFor } from './places.ts'

interface Named {
  id: string
  title: string
}
interface Entry {
  /** What is searched, and shown. */
  name: string
  hint?: string
  icon: LucideIcon
  to: string
}

/** Everything that has a name, a few letters away: pages, actions, components, dashboards, runbooks, traces by their id. */
export function CommandPalette({ role, open, onOpenChange }: { role: string; open: boolean; onOpenChange: (open: boolean) => void }) {
  const [text, setText] = useState('')
  const navigate = useNavigate()
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey) return
      event.preventDefault()
      onOpenChange(!open)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [open, onOpenChange])
  const groups = useEntries(role, open)
  const go = (to: string) => {
    onOpenChange(false)
    setText('')
    void navigate(to)
  }
  const asked = text.trim()
  return (
    <Command.Dialog open={open} onOpenChange={onOpenChange} label="Find anything" loop filter={scoreOf}>
      <Command.Input value={text} onValueChange={setText} placeholder="A page, an action, a component, a trace id…" />
      <Command.List>
        <Command.Empty>Nothing has that name.</Command.Empty>
        {groups.map(({ title, entries }) =>
          entries.length === 0 ? null : (
            <Command.Group key={title} heading={title}>
              {entries.map((entry) => (
                <Item key={`${entry.to} ${entry.name}`} entry={entry} group={title} onChoose={go} />
              ))}
            </Command.Group>
          ),
        )}
        {asked !== '' && (
          <Command.Group heading="Search" forceMount>
            {/^[0-9a-f]{16,32}$/i.test(asked) && (
              <Item
                group="Search"
                forced
                entry={{ name: `Open trace ${asked}`, icon: ListTree, to: `/traces/${asked.toLowerCase()}` }}
                onChoose={go}
              />
            )}
            <Item
              group="Search"
              forced
              entry={{ name: `Search the logs for “${asked}”`, icon: ScrollText, to: `/logs?text=${encodeURIComponent(asked)}` }}
              onChoose={go}
            />
          </Command.Group>
        )}
      </Command.List>
    </Command.Dialog>
  )
}

interface ItemProps {
  entry: Entry
  group: string
  forced?: boolean
  onChoose: (to: string) => void
}

function Item({ entry: { name, hint, icon: Icon, to }, group, forced = false, onChoose }: ItemProps) {
  return (
    <Command.Item value={`${name} ${group} ${to}`} keywords={[name, hint ?? '']} forceMount={forced} onSelect={() => onChoose(to)}>
      <Icon size={16} />
      <span>{name}</span>
      {hint && <span className="quiet">{hint}</span>}
    </Command.Item>
  )
}

/** Every word has to be there; what begins with them comes first. Letters strewn over a name find too much. */
export function scoreOf(value: string, search: string, keywords: string[] = []): number {
  const [text, asked] = [[value, ...keywords].join(' ').toLowerCase(), search.trim().toLowerCase()]
  if (!asked.split(/\s+/).every((word) => text.includes(word))) return 0
  return text.startsWith(asked) ? 1 : text.includes(asked) ? 0.8 : 0.5
}

function useEntries(role: string, open: boolean): { title: string; entries: Entry[] }[] {
  const drills = useDrills().data
  const inCluster = useInCluster().data ?? false
  const boards = useDashboards().data?.dashboards ?? []
  const scenarios = useScenarios().data?.scenarios ?? []
  const { components } = useLive()
  // Asked for before it is opened: what appears under the fingers of who types is not what Enter takes.
  const actions = useQuery({
    queryKey: ['actions'],
    queryFn: () => get<{ actions: (Named & { kind: 'inspect' | 'change' })[] }>('/api/actions'),
    staleTime: Infinity,
  })
  const runbooks = useQuery({
    queryKey: ['runbooks'],
    queryFn: () => get<{ runbooks: Named[] }>('/api/runbooks'),
    staleTime: Infinity,
  })
  if (!open) return []
  const room = drills?.running ? `/drills/${drills.running}` : null
  return [
    {
      title: 'Pages',
      entries: [
        ...(room ? [{ name: 'Incident room', icon: icons.room, to: room }] : []),
        ...placesFor(role, inCluster).flatMap(({ places }) => places.map(({ title, icon, to }) => ({ name: title, icon, to }))),
      ],
    },
    {
      title: 'Actions',
      entries: room
        ? (actions.data?.actions ?? []).map(({ id, title, kind }) => ({
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
      entries: boards.map(({ id, title }) => ({ name: title, icon: icons.dashboard, to: `/dashboards/${id}?range=15m` })),
    },
    {
      title: 'Runbooks',
      entries: (runbooks.data?.runbooks ?? []).map(({ id, title }) => ({ name: title, icon: BookOpenText, to: `/runbooks/${id}` })),
    },
    {
      title: 'Scenarios',
      entries: room
        ? []
        : scenarios.filter(({ playable }) => playable).map(({ id, title }) => ({ name: title, icon: Play, to: `/?find=${id}` })),
    },
  ]
}
