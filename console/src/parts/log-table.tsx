import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useCallback, useLayoutEffect, useRef, useState } from 'react'
import type { LogLine } from '../../../model/telemetry.ts'
import { LogRow } from './log-lines.tsx'

const rowHeight = 25

interface Props {
  lines: readonly LogLine[]
  /** Attributes with a column of their own. */
  columns: readonly string[]
  onColumns: (columns: string[]) => void
  /** Shows only lines with this value of an attribute. */
  onField: (key: string, value: string) => void
}

/** Many log lines: only visible ones are rendered, and each opens in place. */
export const LogTable = memo(function LogTable({ lines, columns, onColumns, onField }: Props) {
  const list = useRef<HTMLUListElement>(null)
  const [above, setAbove] = useState(0)
  useLayoutEffect(() => setAbove(list.current?.offsetTop ?? 0), [])
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => document.scrollingElement,
    estimateSize: () => rowHeight,
    overscan: 30,
    scrollMargin: above,
  })
  const toggle = useCallback(
    (name: string) => onColumns(columns.includes(name) ? columns.filter((other) => other !== name) : [...columns, name]),
    [columns, onColumns],
  )
  return (
    <>
      {columns.length > 0 && (
        <p className="quiet log-columns">
          Columns:{' '}
          {columns.map((name) => (
            <button key={name} className="link" title="Remove this column" onClick={() => toggle(name)}>
              {name}
            </button>
          ))}
        </p>
      )}
      <ul ref={list} className="logs virtual" aria-label="Log lines" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const line = lines[index]
          return (
            line && (
              <li
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                className={`severity-${line.severity.toLowerCase()}`}
                style={{ transform: `translateY(${start - above}px)` }}
              >
                <LogRow line={line} columns={columns} onColumn={toggle} onField={onField} />
              </li>
            )
          )
        })}
      </ul>
    </>
  )
})
