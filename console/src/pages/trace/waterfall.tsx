import { useVirtualizer } from '@tanstack/react-virtual'
import { ChevronDown, ChevronRight } from 'lucide-react'
import { useLayoutEffect, useRef, useState } from 'react'
import { formatMicroseconds } from '../../lib/format.ts'
import { serviceColour } from '../../lib/service-colour.ts'
import type { Row } from './rows.ts'
import { spanName } from './span-name.ts'
import { drawable, type Stretch } from './span-tree.ts'
import type { Window } from './time-axis.tsx'

interface Props {
  rows: readonly Row[]
  shown: Window
  critical: ReadonlyMap<string, readonly Stretch[]>
  selected: string | null
  onSelect: (spanId: string) => void
  onToggle: (key: string) => void
}

const rowHeight = 28
/** Up to this number of rows, all are rendered, so that the browser's own search finds each. */
const drawnWhole = 400

/** The spans of a trace against time. Arrow keys move up and down, and open and close rows. */
export function Waterfall({ rows, onSelect, onToggle, ...more }: Props) {
  const list = useRef<HTMLOListElement>(null)
  const [above, setAbove] = useState(0)
  useLayoutEffect(() => setAbove(list.current?.offsetTop ?? 0), [])
  // oxlint-disable-next-line react/incompatible-library -- the console is not built by the React Compiler, and nothing below is memoized
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => document.scrollingElement,
    estimateSize: () => rowHeight,
    overscan: rows.length > drawnWhole ? 30 : rows.length,
    scrollMargin: above,
  })
  const focusOn = (index: number) => {
    if (index < 0 || index >= rows.length) return
    virtual.scrollToIndex(index)
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-index="${index}"] .span`)?.focus())
  }
  const onKey = (event: React.KeyboardEvent, row: Row, index: number) => {
    const parent = rows.findLastIndex((other, place) => place < index && other.depth < row.depth)
    const done = {
      ArrowDown: () => focusOn(index + 1),
      ArrowUp: () => focusOn(index - 1),
      ArrowRight: () => (row.opens && !row.open ? onToggle(row.key) : focusOn(index + 1)),
      ArrowLeft: () => (row.opens && row.open ? onToggle(row.key) : focusOn(parent)),
    }[event.key]
    if (!done) return
    event.preventDefault()
    done()
  }
  return (
    <ol ref={list} className="waterfall" aria-label="Spans" style={{ height: rows.length * rowHeight }}>
      {virtual.getVirtualItems().map(({ index, start }) => {
        const row = rows[index]
        if (!row) return null
        return (
          <li key={row.key} data-index={index} style={{ transform: `translateY(${start - above}px)`, height: rowHeight }}>
            <RowLine
              row={row}
              {...more}
              onToggle={() => onToggle(row.key)}
              onPress={() => (row.kind === 'span' ? onSelect(row.key) : onToggle(row.key))}
              onKeyDown={(event) => onKey(event, row, index)}
            />
          </li>
        )
      })}
    </ol>
  )
}

interface LineProps extends Pick<Props, 'shown' | 'critical' | 'selected'> {
  row: Row
  onToggle: () => void
  onPress: () => void
  onKeyDown: (event: React.KeyboardEvent) => void
}

function RowLine({ row, shown, critical, selected, onToggle, onPress, onKeyDown }: LineProps) {
  const told = describe(row)
  const length = shown.toUs - shown.fromUs || 1
  const place = (fromUs: number, toUs: number) => {
    const [from, to] = [Math.max(fromUs, shown.fromUs), Math.min(toUs, shown.toUs)]
    return to < from ? null : { left: `${((from - shown.fromUs) / length) * 100}%`, width: `${((to - from) / length) * 100}%` }
  }
  const bar = place(told.fromUs, told.toUs)
  const waits = row.kind === 'span' ? drawable(critical.get(row.key) ?? [], shown, length / finest) : []
  const isSelected = row.kind === 'span' && row.key === selected
  return (
    <>
      {row.opens ? (
        <button
          className="toggle"
          style={{ marginLeft: indent(row.depth) }}
          aria-expanded={row.open}
          aria-label={`${row.open ? 'Close' : 'Open'} ${told.service} ${told.name}`}
          tabIndex={-1}
          onClick={onToggle}
        >
          {row.open ? <ChevronDown size={14} /> : <ChevronRight size={14} />}
        </button>
      ) : (
        <span className="toggle" style={{ marginLeft: indent(row.depth) }} />
      )}
      <button
        className={`span ${isSelected ? 'selected' : ''} ${told.failed ? 'bad' : ''}`}
        style={{ '--indent': indent(row.depth) } as React.CSSProperties}
        aria-pressed={row.kind === 'span' ? isSelected : undefined}
        onClick={onPress}
        onKeyDown={onKeyDown}
      >
        <span className="span-name" title={`${told.service} ${told.name} ${told.detail}`}>
          <i className="swatch" style={{ background: serviceColour(told.service) }} /> <b>{told.service}</b> {told.name}
          {told.failed === 'below' && <span className="quiet"> · error below</span>}
          {told.detail && <span className="quiet"> {told.detail}</span>}
        </span>
        <span className="track">
          {bar && (
            <span
              className={`span-bar ${row.kind === 'fold' ? 'folded' : ''}`}
              style={{ ...bar, background: serviceColour(told.service) }}
            />
          )}
          {waits.map(({ fromUs, toUs }) => {
            const wait = place(fromUs, toUs)
            return wait && <span key={fromUs} className="span-critical" style={wait} />
          })}
        </span>
        <span className="span-time">{formatMicroseconds(told.timeUs)}</span>
      </button>
    </>
  )
}

/** Stretches of a bar that can be distinguished: finer ones are less than a pixel. */
const finest = 1_000

const indent = (depth: number): string => `${Math.min(depth, 16) * 0.7}rem`

function describe(row: Row) {
  if (row.kind === 'span') {
    const { span, failed } = row.node
    const { name, detail } = spanName(span, row.node.children[0]?.span.service ?? null)
    return {
      service: span.service,
      name,
      detail,
      failed: span.status === 'Error' ? ('here' as const) : failed ? ('below' as const) : null,
      fromUs: span.startUs,
      toUs: span.startUs + span.durationUs,
      timeUs: span.durationUs,
    }
  }
  const [first] = row.nodes
  const { name, detail } = first ? spanName(first.span, first.children[0]?.span.service ?? null) : { name: '', detail: '' }
  return {
    service: first?.span.service ?? '',
    name: `${name} × ${row.nodes.length}`,
    detail: `${formatMicroseconds(row.totalUs)} in all${detail ? ` · ${detail}` : ''}`,
    failed: row.nodes.some(({ failed }) => failed) ? ('here' as const) : null,
    fromUs: row.fromUs,
    toUs: row.toUs,
    timeUs: row.totalUs,
  }
}
