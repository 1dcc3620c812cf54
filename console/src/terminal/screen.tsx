import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { Terminal } from '@xterm/xterm'
import '@xterm/xterm/css/xterm.css'
import { useEffect, useRef, useState } from 'react'
import { useMedia } from '../lib/media.ts'
import { Connection } from './connection.ts'
import { isToggle } from './keys.ts'
import { currentTheme } from './theme.ts'

/** As many as the server keeps. */
const scrollback = 10_000

interface Screen {
  terminal: Terminal
  connection: Connection
  search: SearchAddon
}

/** One terminal on the screen, connected to its shell. */
export function TerminalScreen({ id, onEnd }: { id: string; onEnd: (why: string) => void }) {
  const { host, screen, state, searching, setSearching } = useScreen(id, onEnd)
  return (
    <div className="terminal-screen">
      {!state.connected && <p className="terminal-note">Connecting…</p>}
      {state.connected && state.paused && <p className="terminal-note">The drill is paused. You can type again when it continues.</p>}
      {state.connected && !state.mayType && !state.paused && (
        <p className="terminal-note">You are watching the terminal of {state.owner}.</p>
      )}
      {searching && (
        <SearchBox
          onFind={(text, back) => (back ? screen.current?.search.findPrevious(text) : screen.current?.search.findNext(text))}
          onClose={() => {
            setSearching(false)
            screen.current?.search.clearDecorations()
            screen.current?.terminal.focus()
          }}
        />
      )}
      <div className="terminal-host" ref={host} />
      <div className="terminal-keys" role="group" aria-label="Keys">
        {touchKeys.map(({ name, sends }) => (
          <button
            key={name}
            onClick={() => {
              screen.current?.connection.type(sends)
              screen.current?.terminal.focus()
            }}
          >
            {name}
          </button>
        ))}
      </div>
    </div>
  )
}

/** A terminal in the element of `host`, while that exists, and the state of its connection. */
function useScreen(id: string, onEnd: (why: string) => void) {
  const host = useRef<HTMLDivElement>(null)
  const screen = useRef<Screen | null>(null)
  const [state, setState] = useState({ connected: false, mayType: true, paused: false, owner: '' })
  const [searching, setSearching] = useState(false)
  const dark = useMedia('(prefers-color-scheme: dark)')
  const narrow = useMedia('(max-width: 40rem)')
  const ended = useRef(onEnd)
  useEffect(() => {
    ended.current = onEnd
  })

  useEffect(() => {
    const element = host.current
    if (!element) return
    const { terminal, fit, search } = drawnIn(element, narrow ? 12 : 13)
    const connection = new Connection(id, {
      print: (bytes, drawn) => terminal.write(bytes, drawn),
      reset: () => terminal.reset(),
      watching: (mayType, owner) => {
        terminal.options.disableStdin = !mayType
        setState({ connected: true, mayType, paused: false, owner })
      },
      keyboard: (mayType, paused) => {
        terminal.options.disableStdin = !mayType
        setState((known) => ({ ...known, mayType, paused }))
      },
      connected: (connected) => setState((known) => ({ ...known, connected })),
      ended: (why) => ended.current(why),
    })
    terminal.onData((text) => connection.type(text))
    terminal.onResize(({ cols, rows }) => connection.resize(cols, rows))
    terminal.attachCustomKeyEventHandler((event) => isForShell(event, terminal, () => setSearching(true)))
    const resized = new ResizeObserver(() => fit.fit())
    resized.observe(element)
    fit.fit()
    terminal.focus()
    screen.current = { terminal, connection, search }
    return () => {
      screen.current = null
      resized.disconnect()
      connection.close()
      terminal.dispose()
    }
  }, [id, narrow])

  useEffect(() => {
    if (host.current && screen.current) screen.current.terminal.options.theme = currentTheme(host.current)
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- the colours are read from the page, which has changed them
  }, [dark])

  return { host, screen, state, searching, setSearching }
}

function drawnIn(element: HTMLElement, fontSize: number): { terminal: Terminal; fit: FitAddon; search: SearchAddon } {
  const terminal = new Terminal({
    scrollback,
    allowProposedApi: false,
    fontFamily: getComputedStyle(element).getPropertyValue('--mono'),
    fontSize,
    cursorBlink: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
    minimumContrastRatio: 4.5,
    theme: currentTheme(element),
  })
  const fit = new FitAddon()
  const search = new SearchAddon()
  terminal.loadAddon(fit)
  terminal.loadAddon(search)
  terminal.loadAddon(new WebLinksAddon((event, address) => event.isTrusted && window.open(address, '_blank', 'noopener,noreferrer')))
  terminal.open(element)
  return { terminal, fit, search }
}

/** Whether the shell gets a key; the page keeps some: to close the terminal, to search, and to copy and paste. */
function isForShell(event: KeyboardEvent, terminal: Terminal, onSearch: () => void): boolean {
  if (isToggle(event)) return false
  const command = event.ctrlKey && event.shiftKey
  if (event.type !== 'keydown') return !(command && (event.code === 'KeyF' || event.code === 'KeyC'))
  if (command && event.code === 'KeyF') {
    event.preventDefault()
    onSearch()
    return false
  }
  // As in other terminals; and without Shift if something is selected, as in other pages.
  if (event.ctrlKey && event.code === 'KeyC' && terminal.hasSelection()) {
    event.preventDefault()
    copy(terminal.getSelection())
    terminal.clearSelection()
    return false
  }
  // The page's own paste event has the text.
  return !(event.ctrlKey && event.code === 'KeyV')
}

/** Keys that a touch keyboard lacks. */
const touchKeys = [
  { name: 'Esc', sends: '\u001b' },
  { name: 'Tab', sends: '\t' },
  { name: 'Ctrl C', sends: '\u0003' },
  { name: 'Ctrl D', sends: '\u0004' },
  { name: '↑', sends: '\u001b[A' },
  { name: '↓', sends: '\u001b[B' },
] as const

function SearchBox({ onFind, onClose }: { onFind: (text: string, back: boolean) => void; onClose: () => void }) {
  const [text, setText] = useState('')
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <form
      className="terminal-search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        onFind(text, true)
      }}
    >
      <input
        aria-label="Search the output"
        ref={field}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose()
          if (event.key === 'Enter' && event.shiftKey) {
            event.preventDefault()
            onFind(text, false)
          }
        }}
      />
      <button>Find earlier</button>
      <button type="button" onClick={() => onFind(text, false)}>
        Find later
      </button>
      <button type="button" onClick={onClose}>
        Close search
      </button>
    </form>
  )
}

/** Only text that the user has selected: a program in the terminal cannot write to the clipboard. */
function copy(text: string): void {
  void navigator.clipboard?.writeText(text).catch(() => {})
}
