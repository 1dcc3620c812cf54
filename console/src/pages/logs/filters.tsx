import { useQuery } from '@tanstack/react-query'
import { Pause, Play, X } from 'lucide-react'
import { get } from '../../lib/api.ts'
import { ServiceSelect } from '../../parts/service-select.tsx'
import type { LogSearch } from './search.ts'

const severities = [
  ['', 'any'],
  ['13', 'warnings and errors'],
  ['17', 'errors'],
] as const

/** The form of the search. `onChange` is called with the name of a parameter in the address, and its new value. */
export function Filters({ search, onChange }: { search: LogSearch; onChange: (name: string, value: string) => void }) {
  const { text, service, severity, range, tail } = search
  const services = useQuery({ queryKey: ['services'], queryFn: () => get<{ logServices: string[] }>('/api/telemetry/services') })
  return (
    <form className="filters" onSubmit={(event) => event.preventDefault()}>
      <label>
        Words
        <input type="search" value={text} onChange={(event) => onChange('text', event.target.value)} />
      </label>
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

interface FieldTagsProps {
  trace: string
  tags: string[]
  onDropTrace: () => void
  onTags: (tags: string[]) => void
}

/** The trace and the attributes to which the search is restricted, each with a button that removes it. */
export function FieldTags({ trace, tags, onDropTrace, onTags }: FieldTagsProps) {
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
          <button className="icon" aria-label={`Remove ${tag}`} onClick={() => onTags(tags.filter((other) => other !== tag))}>
            <X size={12} />
          </button>
        </li>
      ))}
    </ul>
  )
}
