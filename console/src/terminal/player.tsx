import { Terminal } from '@xterm/xterm'
import '@xterm/xterm/css/xterm.css'
import { Pause, Play } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { elapsed } from '../../../model/duration.ts'
import { api } from '../lib/api.ts'
import { Loading, Problem } from '../parts/states.tsx'
import { readCast, type Cast } from './cast.ts'
import { currentTheme } from './theme.ts'

const speeds = [1, 2, 5] as const

/** A recorded terminal with the usual controls: play, pause, a slider and a speed. */
export function CastPlayer({ drill, terminal }: { drill: string; terminal: string }) {
  const { data, error } = useQuery({
    queryKey: ['cast', drill, terminal],
    queryFn: async () => readCast(await api.text('/api/drills/:id/terminals/:terminal', { id: drill, terminal })),
    staleTime: Infinity,
  })
  if (error) return <Problem error={error} />
  return data ? <Screen cast={data} /> : <Loading what="the recording" />
}

function Screen({ cast }: { cast: Cast }) {
  const playback = usePlayback(cast.length)
  const host = useDrawn(cast, playback.at)
  return (
    <div className="cast">
      <Controls length={cast.length} playback={playback} />
      <div className="cast-host" ref={host} tabIndex={0} role="img" aria-label="Recorded terminal" />
    </div>
  )
}

/** A terminal in the element of the returned ref, that shows its content this many seconds after the start. */
function useDrawn(cast: Cast, at: number) {
  const host = useRef<HTMLDivElement>(null)
  const shown = useRef<{ terminal: Terminal; next: number } | null>(null)

  useEffect(() => {
    const element = host.current
    if (!element) return
    const terminal = new Terminal({
      cols: cast.cols,
      rows: Math.min(cast.rows, 40),
      disableStdin: true,
      fontFamily: getComputedStyle(element).getPropertyValue('--mono'),
      fontSize: 12,
      minimumContrastRatio: 4.5,
      scrollback: 10_000,
      theme: currentTheme(element),
    })
    terminal.open(element)
    shown.current = { terminal, next: 0 }
    return () => {
      shown.current = null
      terminal.dispose()
    }
  }, [cast])

  // Draws the content at that moment; going back starts again on a blank screen.
  useEffect(() => {
    const screen = shown.current
    if (!screen) return
    const before = cast.events[screen.next - 1]
    if (before && before.at > at) {
      screen.terminal.reset()
      screen.next = 0
    }
    for (let event = cast.events[screen.next]; event && event.at <= at; event = cast.events[++screen.next]) {
      const size = event.kind === 'r' ? /^(\d+)x(\d+)$/.exec(event.text) : null
      if (size) screen.terminal.resize(Number(size[1]), Math.min(Number(size[2]), 40))
      else if (event.kind === 'o') screen.terminal.write(event.text)
    }
  }, [at, cast])

  return host
}

/** The moment that is shown, and how it advances during playback. */
function usePlayback(length: number) {
  const [at, setAt] = useState(0)
  const [playing, setPlaying] = useState(false)
  const [speed, setSpeed] = useState<(typeof speeds)[number]>(1)

  useEffect(() => {
    if (!playing) return
    let last = performance.now()
    const timer = window.setInterval(() => {
      const now = performance.now()
      const passed = ((now - last) / 1_000) * speed
      last = now
      setAt((known) => {
        const next = Math.min(known + passed, length)
        if (next >= length) setPlaying(false)
        return next
      })
    }, 50)
    return () => window.clearInterval(timer)
  }, [playing, speed, length])

  const toggle = () => {
    if (!playing && at >= length) setAt(0)
    setPlaying(!playing)
  }
  return { at, setAt, playing, toggle, speed, setSpeed }
}

function Controls({ length, playback }: { length: number; playback: ReturnType<typeof usePlayback> }) {
  const { at, setAt, playing, toggle, speed, setSpeed } = playback
  return (
    <div className="cast-controls">
      <button className="icon-button" aria-label={playing ? 'Pause' : 'Play'} onClick={toggle}>
        {playing ? <Pause size={16} /> : <Play size={16} />}
      </button>
      <input
        type="range"
        aria-label="Moment of the recording"
        aria-valuetext={elapsed(at * 1_000)}
        min={0}
        max={length}
        step={0.1}
        value={at}
        onChange={(event) => setAt(Number(event.target.value))}
      />
      <span className="quiet">
        {elapsed(at * 1_000)} of {elapsed(length * 1_000)}
      </span>
      <select
        aria-label="Speed"
        value={speed}
        onChange={(event) => setSpeed(speeds.find((one) => String(one) === event.target.value) ?? 1)}
      >
        {speeds.map((one) => (
          <option key={one} value={one}>
            {one}×
          </option>
        ))}
      </select>
    </div>
  )
}
