import { useEffect, useState } from 'react'
import { useLocation } from 'react-router'
import { instructorSteps, traineeSteps } from './steps.ts'

const againAfterMs = 400

/** Points at one thing after another, beside the work and never over it; it can be closed at any time. */
export function Tour({ role, onEnd }: { role: string; onEnd: () => void }) {
  const steps = role === 'instructor' ? instructorSteps : traineeSteps
  const { pathname } = useLocation()
  const [at, setAt] = useState(0)
  // The tour continues in a drill that is started.
  const here = steps[at]?.where.test(pathname) ? at : steps.findIndex(({ where }, index) => index > at && where.test(pathname))
  const shown = here < 0 ? at : here
  const step = steps[shown]
  const [found, setFound] = useState(false)
  useEffect(() => {
    if (!step) return
    let marked: Element | null = null
    const point = () => {
      const target = step.where.test(pathname) ? document.querySelector(step.target) : null
      if (target === marked) return
      marked?.classList.remove('tour-target')
      target?.classList.add('tour-target')
      target?.scrollIntoView({ block: 'nearest' })
      marked = target
      setFound(target !== null)
    }
    point()
    // The target may appear later: a page, a form, an answer.
    const timer = setInterval(point, againAfterMs)
    return () => {
      clearInterval(timer)
      marked?.classList.remove('tour-target')
    }
  }, [step, pathname])
  if (!step) return null
  const last = shown === steps.length - 1
  return (
    <aside className="tour" aria-label="Tour" aria-live="polite">
      <p className="quiet">
        Tour, {shown + 1} of {steps.length}
      </p>
      <h2>{step.title}</h2>
      <p>{step.text}</p>
      {!found && (
        <p className="quiet">{shown === 0 ? 'Go to Scenarios to begin.' : 'It is highlighted once you are on the page that has it.'}</p>
      )}
      <p className="buttons">
        <button className="primary" onClick={() => (last ? onEnd() : setAt(shown + 1))}>
          {last ? 'Done' : 'Next'}
        </button>
        {shown > 0 && <button onClick={() => setAt(shown - 1)}>Back</button>}
        <button onClick={onEnd}>Skip the tour</button>
      </p>
    </aside>
  )
}
