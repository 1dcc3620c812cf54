import { SquareTerminal } from 'lucide-react'
import { Suspense, useEffect, useState } from 'react'
import { later } from '../lib/later.ts'
import { Loading } from '../parts/states.tsx'
import { isToggle, toggleKeys } from './keys.ts'

/** Loaded when it is first opened. */
const Terminals = later(async () => (await import('./terminals.tsx')).Terminals, { early: true })

const heightKey = 'firedrill-terminal-height'
const [least, usual] = [140, 320]
const step = 24
const mostOf = (window: Window) => Math.max(least, window.innerHeight - 160)
const fitting = (height: number) => Math.min(Math.max(height, least), mostOf(window))

/** Terminals at the bottom of the incident room, opened and closed by a key; their height is kept. */
export function TerminalDock() {
  const [open, setOpen] = useState(false)
  const [height, setHeight] = useState(() => fitting(Number(localStorage.getItem(heightKey)) || usual))
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!isToggle(event)) return
      event.preventDefault()
      setOpen((is) => !is)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
  const resize = (to: number) => {
    setHeight(fitting(to))
    localStorage.setItem(heightKey, String(fitting(to)))
  }
  return (
    <section className={`terminal-dock ${open ? 'open' : ''}`} aria-label="Terminal">
      {open && (
        <div
          className="terminal-grip"
          role="separator"
          tabIndex={0}
          aria-label="Height of the terminal"
          aria-orientation="horizontal"
          aria-valuemin={least}
          aria-valuemax={mostOf(window)}
          aria-valuenow={height}
          onKeyDown={({ key }) => {
            if (key === 'ArrowUp') resize(height + step)
            if (key === 'ArrowDown') resize(height - step)
          }}
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          onPointerMove={(event) => {
            if (event.currentTarget.hasPointerCapture(event.pointerId)) resize(height - event.movementY)
          }}
        />
      )}
      <button className="terminal-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
        <SquareTerminal size={16} /> Terminal <kbd>{toggleKeys}</kbd>
      </button>
      {open && (
        <div className="terminal-body" style={{ height }}>
          <Suspense fallback={<Loading what="the terminal" />}>
            <Terminals />
          </Suspense>
        </div>
      )}
    </section>
  )
}
