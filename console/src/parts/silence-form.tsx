import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../lib/api.ts'
import type { Alert } from '../lib/data.ts'
import { matches, parseMatchers, tooBroad, type Matcher } from '../lib/matchers.ts'
import { Problem } from './states.tsx'

interface Props {
  alerts: Alert[]
  /** Initial conditions, as text. */
  initial: string
  onDone(): void
}

/** Silences alerts for a while; previews which ones it would silence now. */
export function SilenceForm({ alerts, initial, onDone }: Props) {
  const [text, setText] = useState(initial)
  const [minutes, setMinutes] = useState('30')
  const [comment, setComment] = useState('')
  const queries = useQueryClient()
  const parsed = tryParse(text)
  const matched = 'matchers' in parsed ? alerts.filter(({ labels }) => matches(labels, parsed.matchers)) : []
  const warning = 'matchers' in parsed ? tooBroad(parsed.matchers, matched.length) : null
  const add = useMutation({
    mutationFn: (matchers: Matcher[]) => api.post('/api/silences', { body: { matchers, durationMs: Number(minutes) * 60_000, comment } }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['silences'] })
      void queries.invalidateQueries({ queryKey: ['alerts'] })
      onDone()
    },
  })
  return (
    <form
      className="box stack"
      aria-label="New silence"
      onSubmit={(event) => {
        event.preventDefault()
        if ('matchers' in parsed) add.mutate(parsed.matchers)
      }}
    >
      <h2>New silence</h2>
      <label>
        Which alerts
        <input value={text} onChange={(event) => setText(event.target.value)} spellCheck={false} />
      </label>
      <div className="filters">
        <label>
          for, in minutes
          <input type="number" min="1" max="1440" required value={minutes} onChange={(event) => setMinutes(event.target.value)} />
        </label>
        <label>
          Why
          <input required maxLength={500} value={comment} onChange={(event) => setComment(event.target.value)} />
        </label>
      </div>
      {'problem' in parsed ? (
        <p className="problem">{parsed.problem}</p>
      ) : (
        <div role="status">
          <p>
            {matched.length === 0
              ? 'It matches none of the alerts that are firing now.'
              : `It silences ${matched.length} of ${alerts.length} alerts that are firing now: ${[...new Set(matched.map(({ labels }) => labels['alertname']))].slice(0, 8).join(', ')}.`}
          </p>
          {warning && <p className="caution">{warning}</p>}
          {Number(minutes) > 240 && <p className="caution">Longer than a shift: who will remember it?</p>}
        </div>
      )}
      {add.error && <Problem error={add.error} />}
      <span className="buttons">
        <button className="primary" disabled={'problem' in parsed || add.isPending}>
          Silence
        </button>
        <button type="button" onClick={onDone}>
          Cancel
        </button>
      </span>
    </form>
  )
}

function tryParse(text: string): { matchers: Matcher[] } | { problem: string } {
  try {
    return { matchers: parseMatchers(text) }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}
