import type { LucideIcon } from 'lucide-react'
import {
  memo,
  useCallback,
  useDeferredValue,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type Ref,
} from 'react'
import { moved } from './finder-keys.ts'

export interface Findable {
  /** Unique in the list. */
  id: string
  name: string
  icon: LucideIcon
  hint?: string
  /** Shown when the mouse is over it. */
  title?: string
}
export interface FoundGroup<Item extends Findable> {
  /** Unique in the list. */
  id: string
  heading: string
  items: readonly Item[]
}
export interface FinderHandle {
  /** Clears the field. */
  clear(): void
}

interface Props<Item extends Findable> {
  /** The name of the field. */
  label: string
  /** The name of the list. */
  listLabel: string
  placeholder: string
  /** Shown if nothing is found. */
  nothing: string
  /** The groups for a text, with the best match first; stable, unless its results would differ. */
  find(text: string): readonly FoundGroup<Item>[]
  /** Stable. */
  onChoose(item: Item): void
  /** Whether the first entry is selected before anything is typed. */
  eager?: boolean
  /** Pixels. */
  iconSize?: number
  className?: string
  ref?: Ref<FinderHandle>
}

/** What is searched for: a new object for each change, even back to the same text. */
interface Sought {
  text: string
  /** Whether the first entry is selected. */
  first: boolean
}

/**
 * A field with a list of entries below it, as a combobox (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/): the field keeps the focus, and arrows
 * select. A letter is shown before the list is rendered, and only entries that change are rendered again.
 */
export function Finder<Item extends Findable>(props: Props<Item>) {
  const { label, listLabel, placeholder, nothing, find, onChoose, eager = false, iconSize = 16, className = '', ref } = props
  const [sought, setSought] = useState<Sought>({ text: '', first: eager })
  // The field is there immediately, and accepts input; results follow.
  const late = useDeferredValue<Sought | null>(sought, null)
  const groups = useMemo(() => late && find(late.text), [late, find])
  const items = useMemo(() => groups?.flatMap((group) => group.items) ?? [], [groups])
  const base = useId()
  const { selected, select, over } = useSelection(base, items, late)
  useImperativeHandle(ref, () => ({ clear: () => setSought({ text: '', first: eager }) }), [eager])

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.defaultPrevented || event.nativeEvent.isComposing || event.keyCode === 229) return
    if (event.key === 'Enter') {
      event.preventDefault()
      // A user who is faster than the list gets its future first entry.
      const item = late === sought ? items.find(({ id }) => id === selected) : find(sought.text)[0]?.items[0]
      if (item) onChoose(item)
      return
    }
    const next = moved(event, groups?.map((group) => group.items.map(({ id }) => id)) ?? [], selected)
    if (next === undefined) return
    event.preventDefault()
    if (next !== null) select(next)
  }
  return (
    <div className={`finder ${className}`} role="presentation" onKeyDown={onKeyDown}>
      <label className="hidden" id={`${base}-label`} htmlFor={`${base}-field`}>
        {label}
      </label>
      <input
        id={`${base}-field`}
        className="finder-field"
        type="text"
        role="combobox"
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        aria-autocomplete="list"
        aria-expanded
        aria-controls={`${base}-list`}
        aria-labelledby={`${base}-label`}
        aria-activedescendant={selected === null ? undefined : idOf(base, selected)}
        placeholder={placeholder}
        value={sought.text}
        onChange={({ target }) => setSought({ text: target.value, first: true })}
      />
      <div id={`${base}-list`} className="finder-list" role="listbox" tabIndex={-1} aria-label={listLabel}>
        {groups && items.length === 0 && <div className="finder-nothing">{nothing}</div>}
        {groups?.map(({ id, heading, items: own }) => (
          <div key={id}>
            <div className="finder-heading" id={idOf(base, `group ${id}`)} aria-hidden="true">
              {heading}
            </div>
            <div role="group" aria-labelledby={idOf(base, `group ${id}`)}>
              {own.map((item) => (
                <Row key={item.id} {...{ base, item, iconSize }} selected={item.id === selected} onOver={over} onChoose={onChoose} />
              ))}
            </div>
          </div>
        ))}
      </div>
    </div>
  )
}

/** The selected entry, which keys bring into view. @param base of the ids. @param sought what the entries were found for. */
function useSelection(base: string, items: readonly Findable[], sought: Sought | null) {
  // Forgotten with the list that it was made in.
  const [chosen, setChosen] = useState<{ sought: Sought | null; id: string } | null>(null)
  const own = chosen?.sought === sought ? (chosen?.id ?? null) : null
  const isThere = own !== null && items.some(({ id }) => id === own)
  const selected = isThere ? own : own !== null || sought?.first ? (items[0]?.id ?? null) : null
  const byKey = useRef(true)
  useLayoutEffect(() => {
    if (byKey.current && sought !== null && selected !== null) show(document.getElementById(idOf(base, selected)))
    byKey.current = true
  }, [base, selected, sought])
  const select = useCallback((id: string) => setChosen({ sought, id }), [sought])
  /** By the mouse, which selects only what is in view. */
  const over = useCallback(
    (id: string) => {
      byKey.current = false
      select(id)
    },
    [select],
  )
  return { selected, select, over }
}

interface RowProps<Item extends Findable> {
  base: string
  item: Item
  iconSize: number
  selected: boolean
  onOver(id: string): void
  onChoose(item: Item): void
}

const Row = memo(function Row<Item extends Findable>({ base, item, iconSize, selected, onOver, onChoose }: RowProps<Item>) {
  const { id, name, icon: Icon, hint, title } = item
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- keys go to the field
    <div
      id={idOf(base, id)}
      className="finder-item"
      role="option"
      aria-selected={selected}
      title={title}
      onPointerMove={() => selected || onOver(id)}
      onClick={() => onChoose(item)}
    >
      <Icon size={iconSize} />
      <span>{name}</span>
      {hint && <span className="quiet">{hint}</span>}
    </div>
  )
}) as <Item extends Findable>(props: RowProps<Item>) => React.ReactNode

const idOf = (base: string, id: string): string => `${base}-${encodeURIComponent(id)}`

/** Scrolls as little as possible; the first entry of a group with its heading. */
function show(row: HTMLElement | null): void {
  if (!row) return
  if (row.previousElementSibling === null) row.parentElement?.previousElementSibling?.scrollIntoView({ block: 'nearest' })
  row.scrollIntoView({ block: 'nearest' })
}
