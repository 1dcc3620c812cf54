import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { elapsed } from '../../../model/duration.ts'
import type { FaultRecord, OfferedFault } from '../../../model/fault.ts'
import { api } from '../lib/api.ts'
import { clock, useNow } from '../lib/time.ts'
import { FaultForm, useFaults } from './fault-form.tsx'
import { Empty, Loading, Problem } from './states.tsx'

/** The injected faults, the available ones, and earlier ones. */
export function FaultBoard() {
  const { data, error } = useFaults()
  const commands = useCommands()
  const [words, setWords] = useState('')
  if (error) return <Problem error={error} />
  if (!data) return <Loading what="faults" />
  const titles = new Map(data.faults.map((fault) => [fault.id, fault.title]))
  return (
    <>
      <OpenFaults open={data.open} titles={titles} commands={commands} />
      <BreakSomething faults={data.faults} words={words} onWords={setWords} onDone={commands.refresh} />
      <History records={data.history} titles={titles} />
    </>
  )
}

/** By id. */
type Titles = ReadonlyMap<string, string>

/** Buttons to revert faults. They stay even if the faults cannot be read for a moment: a reset is still running then. */
function useCommands() {
  const queries = useQueryClient()
  const refresh = () => queries.invalidateQueries({ queryKey: ['faults'] })
  return {
    refresh,
    revert: useMutation({ mutationFn: (instance: string) => api.delete('/api/faults/:instance', { instance }), onSettled: refresh }),
    revertAll: useMutation({ mutationFn: () => api.delete('/api/faults'), onSettled: refresh }),
    reset: useMutation({ mutationFn: () => api.post('/api/reset'), onSettled: refresh }),
  }
}

interface OpenFaultsProps {
  open: FaultRecord[]
  titles: Titles
  commands: ReturnType<typeof useCommands>
}

function OpenFaults({ open, titles, commands: { revert, revertAll, reset } }: OpenFaultsProps) {
  const now = useNow()
  return (
    <section aria-label="Open faults" className="box">
      <div className="heading">
        <h2>Open faults</h2>
        <span className="buttons">
          <button onClick={() => revertAll.mutate()} disabled={open.length === 0 || revertAll.isPending}>
            Revert all
          </button>
          <button onClick={() => reset.mutate()} disabled={reset.isPending}>
            {reset.isPending ? 'Resetting…' : 'Reset the range'}
          </button>
        </span>
      </div>
      {(revert.error ?? revertAll.error ?? reset.error) && <Problem error={revert.error ?? revertAll.error ?? reset.error} />}
      {open.length === 0 ? (
        <Empty>No faults are injected.</Empty>
      ) : (
        <ul className="rows">
          {open.map((record) => (
            <li key={record.instance} className="bad">
              <div>
                <b>{titles.get(record.fault) ?? record.fault}</b>{' '}
                <span className="quiet">
                  {record.state} · {values(record.params)}
                  {record.ramp && ` (${record.ramp.param} grows from ${record.ramp.from} over ${elapsed(record.ramp.overMs)})`} ·{' '}
                  {elapsed(Math.max(0, record.deadlineAt - now))} left
                  {record.drill ? ' · part of a drill' : ''}
                </span>
                {record.error && <p className="caution">{record.error}</p>}
              </div>
              <button onClick={() => revert.mutate(record.instance)} disabled={revert.isPending}>
                Revert
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

interface BreakSomethingProps {
  faults: OfferedFault[]
  /** The search. */
  words: string
  onWords: (words: string) => void
  onDone: () => Promise<void>
}

function BreakSomething({ faults, words, onWords, onDone }: BreakSomethingProps) {
  const fits = (fault: OfferedFault) => `${fault.title} ${fault.effect} ${fault.category}`.toLowerCase().includes(words.toLowerCase())
  const categories = [...new Set(faults.map((fault) => fault.category))].filter((category) => category !== 'none')
  return (
    <section aria-label="Break something" className="box">
      <h2>Break something</h2>
      <label>
        What should users or operators notice?
        <input type="search" value={words} onChange={(event) => onWords(event.target.value)} placeholder="slow, refused, cache, queue…" />
      </label>
      {categories.map((category) => {
        const found = faults.filter((fault) => fault.category === category && fits(fault))
        if (found.length === 0) return null
        const possible = found.filter(({ lacks }) => lacks.length === 0).length
        return (
          // Forty open at once are too many: closed until they match a search, or are opened.
          <details key={`${category} ${words !== ''}`} className="fault-category" open={words !== ''}>
            <summary>
              {category} <span className="quiet">{possible === found.length ? found.length : `${possible} of ${found.length}`}</span>
            </summary>
            {found.map((fault) => (
              <FaultForm key={fault.id} fault={fault} onDone={onDone} />
            ))}
          </details>
        )
      })}
    </section>
  )
}

const History = ({ records, titles }: { records: readonly FaultRecord[]; titles: Titles }) => (
  <section aria-label="History" className="box">
    <h2>History</h2>
    {records.length === 0 && <Empty>No faults in the last day.</Empty>}
    <ul className="rows">
      {records
        .toSorted((a, b) => b.plannedAt - a.plannedAt)
        .slice(0, 12)
        .map((record) => (
          <li key={record.instance}>
            <span>
              {clock(record.plannedAt)} {titles.get(record.fault) ?? record.fault}{' '}
              <span className="quiet">
                {record.state} {values(record.params)}
                {record.revertedAt !== null && record.injectedAt !== null ? ` · for ${elapsed(record.revertedAt - record.injectedAt)}` : ''}
              </span>
            </span>
          </li>
        ))}
    </ul>
  </section>
)

const values = (params: unknown): string =>
  Object.entries((params ?? {}) as Record<string, unknown>)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ') || 'as usual'
