import { Pause, Play } from 'lucide-react'
import { useEffect, useState } from 'react'

const everyMs = 500
/** Number of steps in which the whole is played. */
const steps = 60

/** Plays time from one moment to another, in half a minute whatever its length. */
export function Playback({ from, to, moment, onMoment }: { from: number; to: number; moment: number; onMoment: (at: number) => void }) {
  const [playing, setPlaying] = useState(false)
  useEffect(() => {
    if (!playing) return
    const timer = setTimeout(() => {
      const next = Math.min(to, moment + (to - from) / steps)
      onMoment(next)
      if (next >= to) setPlaying(false)
    }, everyMs)
    return () => clearTimeout(timer)
  }, [playing, moment, from, to, onMoment])
  return (
    <button
      type="button"
      className="icon playback"
      aria-label={playing ? 'Pause' : 'Play'}
      onClick={() => {
        if (!playing && moment >= to) onMoment(from)
        setPlaying(!playing)
      }}
    >
      {playing ? <Pause size={16} /> : <Play size={16} />}
    </button>
  )
}
