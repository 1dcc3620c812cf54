import { useEffect, useRef, useState } from 'react'
import type { AlertSummary } from '../../../model/drill.ts'
import { pagedOf, useDrill, useDrills } from '../lib/data.ts'
import { incidentOfPage } from './shift/chosen.ts'

const remembered = 'firedrill.bell'

/** The same list each time, so that effects do not run again. */
const noPages: readonly AlertSummary[] = []

/** Rings when a page arrives: a sound, a browser notification if allowed, and the tab's title. Turned off by one click. */
export function PagerBell() {
  const running = useDrills().data?.running ?? ''
  const view = useDrill(running).data
  const drill = view?.drill
  const [on, setOn] = useState(() => localStorage.getItem(remembered) !== 'off')
  const rung = useRef(new Set<string>())
  const pages = drill?.phase === 'running' ? drill.firing : noPages
  const waiting = drill?.shift
    ? pages.some(({ name }) => (incidentOfPage(pagedOf(view?.incidents ?? []), name)?.milestones.acknowledged ?? null) === null)
    : pages.length > 0 && drill?.milestones.acknowledged === null

  useEffect(() => {
    document.title = waiting ? `● ${pages.length} page${pages.length === 1 ? '' : 's'} · Firedrill` : 'Firedrill'
  }, [waiting, pages.length])

  useEffect(() => {
    const fresh = pages.filter(({ fingerprint }) => !rung.current.has(fingerprint))
    rung.current = new Set(pages.map(({ fingerprint }) => fingerprint))
    if (!on || fresh.length === 0) return
    ring()
    if ('Notification' in window && Notification.permission === 'granted') {
      for (const { fingerprint, summary, name } of fresh) void new Notification(summary, { body: name, tag: fingerprint })
    }
  }, [pages, on])

  const toggle = () => {
    setOn(!on)
    localStorage.setItem(remembered, on ? 'off' : 'on')
    if (!on && 'Notification' in window && Notification.permission === 'default') void Notification.requestPermission()
  }
  return (
    <button className="bell" aria-pressed={on} onClick={toggle} title={on ? 'Pages ring. Click for silence.' : 'Pages do not ring.'}>
      {on ? 'Bell on' : 'Bell off'}
    </button>
  )
}

const pageTones = [
  [0, 880],
  [0.22, 660],
] as const

/** Short tones, each at its second. A browser stays silent until the user has clicked. */
export function ring(tones: readonly (readonly [start: number, frequency: number])[] = pageTones): void {
  try {
    const audio = new AudioContext()
    for (const [index, [start, frequency]] of tones.entries()) {
      const tone = audio.createOscillator()
      const volume = audio.createGain()
      tone.frequency.value = frequency
      volume.gain.setValueAtTime(0.12, audio.currentTime + start)
      volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + start + 0.2)
      tone.connect(volume).connect(audio.destination)
      tone.start(audio.currentTime + start)
      tone.stop(audio.currentTime + start + 0.2)
      if (index === tones.length - 1) tone.addEventListener('ended', () => void audio.close(), { once: true })
    }
  } catch {
    // No sound here: the page is on the screen.
  }
}
