import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Pin as PinIcon } from 'lucide-react'
import { useState } from 'react'
import type { Pin } from '../../../model/pin.ts'
import { api } from '../lib/api.ts'
import { useDrills } from '../lib/data.ts'

/** Opened by a click, so the text field gets the focus. */
const focused = (input: HTMLInputElement | null): void => input?.focus()

/** Pins what is on the screen to a note of the running drill, as it is now. Nothing if no drill runs. */
export function PinButton({ what, pinned }: { what: string; pinned: () => Pin }) {
  const running = useDrills().data?.running ?? null
  // As it was when the button was pressed: writing takes time.
  const [held, setHeld] = useState<Pin | null>(null)
  const [text, setText] = useState('')
  const queries = useQueryClient()
  const keep = useMutation({
    mutationFn: () =>
      api.post('/api/drills/:id/notes', {
        id: running ?? '',
        body: { text: text.trim() || `Pinned: ${held?.title ?? what}`, ...(held ? { pin: held } : {}) },
      }),
    onSuccess: () => {
      setHeld(null)
      setText('')
      return queries.invalidateQueries({ queryKey: ['drill', running] })
    },
  })
  if (running === null) return null
  return (
    <span className="pin">
      <button
        type="button"
        className="icon"
        aria-label={`Pin ${what} to the notes`}
        title={keep.isSuccess && held === null ? 'Pinned to the notes' : 'Pin to the notes, as it is now'}
        aria-expanded={held !== null}
        onClick={() => setHeld(held === null ? pinned() : null)}
      >
        <PinIcon size={14} className={keep.isSuccess && held === null ? 'pinned' : ''} />
      </button>
      {held && (
        <form
          className="pin-form"
          onSubmit={(event) => {
            event.preventDefault()
            keep.mutate()
          }}
        >
          <input
            ref={focused}
            onKeyDown={(event) => event.key === 'Escape' && setHeld(null)}
            aria-label="What it shows"
            placeholder="What does it show? (optional)"
            maxLength={2000}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <button className="primary" disabled={keep.isPending}>
            Pin
          </button>
          {keep.error && <span role="alert">{keep.error.message}</span>}
        </form>
      )}
      <span role="status" className="hidden">
        {keep.isSuccess && held === null ? 'Pinned to the notes' : ''}
      </span>
    </span>
  )
}
