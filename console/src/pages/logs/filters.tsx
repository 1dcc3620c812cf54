import { useQuery } from '@tanstack/react-query'
import { Pause, Play, X } from 'lucide-react'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { api } from '../../lib/api.ts'
import { ServiceSelect } from '../../parts/service-select.tsx'
import type { LogSearch } from './search.ts'

const severities = [
  ['', 'any'],
  ['13', 'warnings and errors'],
  ['17', 'errors'],
] as const

/** The search form. `onChange` is called with the name of a parameter in the address, and its new value. */
export function Filters({ search, onChange }: { search: LogSearch; onChange: (name: string, value: string) => void }) {
  const { text, service, severity, range, tail } = search
  const services = useQuery({ queryKey: ['services'], queryFn: () => api.get('/api/telemetry/services') })
  return (
    <form className="filters" onSubmit={(event) => event.preventDefault()}>
      <Words value={text} onChange={(words) => onChange('text', words)} />
      <ServiceSelect value={service} names={services.data?.logServices} onChange={(name) => onChange('service', name)} />
      <label>
        Severity
        <select value={severity} onChange={(event) => onChange('severity', event.target.value)}>
          {severities.map(([least, title]) => (
            <option key={least} value={least}>
              {title}
            </option>
          ))}
        </select>
      </label>
      {'last' in range && (
        <button type="button" aria-pressed={tail} onClick={() => onChange('tail', tail ? 'off' : '')}>
          {tail ? <Pause size={14} aria-hidden="true" /> : <Play size={14} aria-hidden="true" />} {tail ? 'Pause' : 'Live'}
        </button>
      )}
    </form>
  )
}

const pauseMs = 250

/** The search runs at the first pause in typing, or on Enter. */
function Words({ value, onChange }: { value: string; onChange: (words: string) => void }) {
  const [text, setText] = useState(value)
  // A change that is not in the address yet must not undo what was typed since.
  const asked = useRef([value])
  useEffect(() => {
    const index = asked.current.indexOf(value)
    asked.current = index < 0 ? [value] : asked.current.slice(index)
    if (index < 0) setText(value)
  }, [value])
  const search = () => {
    if (text === asked.current.at(-1)) return
    asked.current.push(text)
    onChange(text)
  }
  const searchAfterPause = useEffectEvent(search)
  useEffect(() => {
    const timer = setTimeout(() => searchAfterPause(), pauseMs)
    return () => clearTimeout(timer)
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- every change of the words begins the pause again
  }, [text])
  return (
    <label>
      Words
      <input
        type="search"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && !event.nativeEvent.isComposing && search()}
        // Before a link is followed, and not after.
        onBlur={search}
      />
    </label>
  )
}

interface FieldTagsProps {
  trace: string
  tags: string[]
  onDropTrace: () => void
  onDropTag: (tag: string) => void
}

/** The trace and the attributes to which the search is restricted, each with a button that removes it. */
export function FieldTags({ trace, tags, onDropTrace, onDropTag }: FieldTagsProps) {
  if (tags.length === 0 && trace === '') return null
  return (
    <ul className="tags log-tags" aria-label="Fields">
      {trace !== '' && (
        <li>
          trace={trace.slice(0, 8)}…{' '}
          <button className="icon" aria-label="Remove the trace" onClick={onDropTrace}>
            <X size={12} />
          </button>
        </li>
      )}
      {tags.map((tag) => (
        <li key={tag}>
          {tag}{' '}
          <button className="icon" aria-label={`Remove ${tag}`} onClick={() => onDropTag(tag)}>
            <X size={12} />
          </button>
        </li>
      ))}
    </ul>
  )
}
