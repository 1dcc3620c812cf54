import { memo, useState } from 'react'
import { Link } from 'react-router'
import type { LogLine } from '../../../model/telemetry.ts'
import { serviceColour } from '../lib/service-colour.ts'
import type { Pin } from '../../../model/pin.ts'
import { clock } from '../lib/time.ts'
import { PinButton } from './pin-button.tsx'

const aroundMs = 15_000

/** Log lines, each of which opens to its attributes and links to its trace and its context. */
export function LogLines({ lines }: { lines: LogLine[] }) {
  return (
    <ul className="logs">
      {lines.map((line, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- lines may come within one millisecond
        <li key={`${line.timeMs}-${index}`} className={`severity-${line.severity.toLowerCase()}`}>
          <LogRow line={line} />
        </li>
      ))}
    </ul>
  )
}

interface RowProps {
  line: LogLine
  columns?: readonly string[]
  /** Gives an attribute a column, or removes it; undefined if there are no columns. */
  onColumn?: (name: string) => void
  onField?: (key: string, value: string) => void
}

const noColumns: readonly string[] = []

/** A line; its details are rendered when it is opened. */
export const LogRow = memo(function LogRow({ line, columns = noColumns, onColumn, onField }: RowProps) {
  const [opened, setOpened] = useState(false)
  return (
    <details onToggle={({ currentTarget: { open } }) => setOpened((before) => before || open)}>
      <summary>
        <time>{clock(line.timeMs)}</time> <b className="severity">{line.severity}</b>{' '}
        <span className="log-service">
          <i className="swatch" style={{ background: serviceColour(line.service) }} />
          {line.service}
        </span>{' '}
        <span className="log-body">
          {columns.map((name) => (
            <span key={name} className="log-field" title={name}>
              {line.attributes[name] ?? '–'}
            </span>
          ))}
          {line.body.slice(0, 400)}
        </span>
      </summary>
      {opened && <Inside line={line} columns={columns} onColumn={onColumn} onField={onField} />}
    </details>
  )
})

type InsideProps = Pick<RowProps, 'line'> & { [Key in 'columns' | 'onColumn' | 'onField']: RowProps[Key] | undefined }

/** Its attributes and links. */
function Inside({ line, columns, onColumn, onField }: InsideProps) {
  return (
    <>
      <dl className="facts">
        {Object.entries(line.attributes).map(([key, value]) => (
          <div key={key} className="pair">
            <dt>{key}</dt>
            <dd>
              {value}
              {onField && (
                <button className="link" onClick={() => onField(key, value)}>
                  only these
                </button>
              )}
              {onColumn && (
                <button className="link" onClick={() => onColumn(key)}>
                  {columns?.includes(key) ? 'remove column' : 'add column'}
                </button>
              )}
            </dd>
          </div>
        ))}
      </dl>
      <p className="buttons">
        <PinButton what="this line" pinned={() => pinOf(line)} />
        {line.traceId && <Link to={`/traces/${line.traceId}${line.spanId ? `?span=${line.spanId}` : ''}`}>Open its trace</Link>}
        <Link to={`/logs?from=${line.timeMs - aroundMs}&to=${line.timeMs + aroundMs}&service=${line.service}`}>
          Logs of {line.service} around it
        </Link>
        <Link to={`/logs?from=${line.timeMs - aroundMs}&to=${line.timeMs + aroundMs}`}>All logs around it</Link>
      </p>
    </>
  )
}

const pinOf = ({ timeMs, service, severity, body, attributes }: LogLine): Pin => ({
  kind: 'log',
  title: body.slice(0, 300) || 'an empty line',
  href: `/logs?from=${timeMs - aroundMs}&to=${timeMs + aroundMs}&service=${encodeURIComponent(service)}`,
  facts: [
    `${clock(timeMs)} ${severity} ${service}`,
    ...Object.entries(attributes)
      .slice(0, 8)
      .map(([key, value]) => `${key}: ${value}`.slice(0, 300)),
  ],
})
