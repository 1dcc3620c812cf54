import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { api } from '../lib/api.ts'
import { Empty, Loading, Problem } from '../parts/states.tsx'
import { TerminalScreen } from './screen.tsx'

interface Shell {
  id: string
  owner: string
  openedAt: number
  isOwn: boolean
  typist: string | null
  watchedBy: string[]
  recorded: boolean
}

const key = ['shells']

/** Terminals in tabs: one's own, which survive a reload, and those of others that may be watched. */
export function Terminals() {
  const queries = useQueryClient()
  const { data, error } = useQuery({ queryKey: key, queryFn: () => api.get('/api/shells'), refetchInterval: 5_000 })
  const [chosen, setChosen] = useState<string | null>(null)
  const [record, setRecord] = useState(true)
  const [over, setOver] = useState<{ id: string; why: string } | null>(null)
  const refresh = () => queries.invalidateQueries({ queryKey: key })
  const open = useMutation({
    mutationFn: () => api.post('/api/shells', { body: { cols: 100, rows: 30, record } }),
    onSuccess: async ({ id }) => {
      setOver(null)
      await refresh()
      setChosen(id)
    },
  })
  const close = useMutation({ mutationFn: (id: string) => api.delete('/api/shells/:id', { id }), onSettled: refresh })
  if (error) return <Problem error={error} />
  if (!data) return <Loading what="the terminals" />
  if (data.trouble !== null) return <Empty>There is no terminal here: {data.trouble}.</Empty>
  const shells = data.shells.toSorted((a, b) => a.openedAt - b.openedAt)
  const current = shells.find(({ id }) => id === chosen) ?? shells.findLast(({ isOwn }) => isOwn) ?? shells.at(-1)
  return (
    <div className="terminals">
      <div className="terminal-tabs">
        <Tabs shells={shells} current={current} onChoose={setChosen} />
        <button className="icon-button" aria-label="Open a terminal" disabled={open.isPending} onClick={() => open.mutate()}>
          <Plus size={16} />
        </button>
        {current?.isOwn && (
          <button className="icon-button" aria-label="Close this terminal" onClick={() => close.mutate(current.id)}>
            <X size={16} />
          </button>
        )}
      </div>
      {open.error && <Problem error={open.error} />}
      {over && over.id !== current?.id && (
        <p className="terminal-note" role="status">
          The terminal ended: {over.why}.
        </p>
      )}
      {current?.recorded && (
        <p className="terminal-note" role="note">
          Recorded for the debrief.
        </p>
      )}
      <Watchers shell={current} />
      {current ? (
        <TerminalScreen
          key={current.id}
          id={current.id}
          onEnd={(why) => {
            setOver({ id: current.id, why })
            void refresh()
          }}
        />
      ) : (
        <Start busy={open.isPending} record={record} onRecord={setRecord} onOpen={() => open.mutate()} />
      )}
    </div>
  )
}

function Tabs({ shells, current, onChoose }: { shells: Shell[]; current: Shell | undefined; onChoose: (id: string) => void }) {
  const own = shells.filter(({ isOwn }) => isOwn)
  return (
    <div role="tablist" aria-label="Terminals">
      {shells.map(({ id, owner, isOwn }) => (
        <button key={id} role="tab" aria-selected={id === current?.id} onClick={() => onChoose(id)}>
          {isOwn ? `Terminal ${own.findIndex((one) => one.id === id) + 1}` : `Watch ${owner}`}
        </button>
      ))}
    </div>
  )
}

/** The viewers of one's own terminal, who may be handed the keyboard. Shows why that failed even if nobody watches any more. */
function Watchers({ shell }: { shell: Shell | undefined }) {
  const queries = useQueryClient()
  const handOver = useMutation({
    mutationFn: ({ id, to }: { id: string; to: string | null }) => api.put('/api/shells/:id/keyboard', { id, body: { to } }),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  })
  return (
    <>
      {shell?.isOwn && shell.watchedBy.length > 0 && (
        <p className="terminal-note" role="status">
          Watched by{' '}
          {shell.watchedBy.map((name) => (
            <span key={name}>
              {name}{' '}
              <button
                aria-pressed={shell.typist === name}
                onClick={() => handOver.mutate({ id: shell.id, to: shell.typist === name ? null : name })}
              >
                {shell.typist === name ? 'Take the keyboard back' : 'Hand over the keyboard'}
              </button>{' '}
            </span>
          ))}
        </p>
      )}
      {handOver.error && <Problem error={handOver.error} />}
    </>
  )
}

interface StartProps {
  busy: boolean
  record: boolean
  onRecord: (record: boolean) => void
  onOpen: () => void
}

/** Shown before the first terminal is opened. */
const Start = ({ busy, record, onRecord, onOpen }: StartProps) => (
  <p className="terminal-start">
    <button className="primary" disabled={busy} onClick={onOpen}>
      Open a terminal
    </button>
    <span className="quiet">
      A shell on the shop’s machine, with psql, redis-cli, curl and the logs. Commands are part of the drill’s timeline.
    </span>
    <label>
      <input type="checkbox" checked={record} onChange={(event) => onRecord(event.target.checked)} /> Record the output for the debrief
    </label>
  </p>
)
