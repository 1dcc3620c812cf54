import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { handoverFields, handoverTitles, type HandoverField, type HandoverNote } from '../../../../model/handover.ts'
import { mayDo, type ToldDrill } from '../../../../model/drill.ts'
import { api } from '../../lib/api.ts'
import { clock } from '../../lib/time.ts'
import { Problem } from '../states.tsx'
import { NoteText } from './notice.tsx'
import type { Handovers } from './unread.ts'

const empty: HandoverNote = { broken: '', hurt: '', since: '', tried: '', doing: '', next: '' }
const oneLine = new Set<HandoverField>(['hurt', 'since'])

interface Props {
  drill: ToldDrill
  handovers: Handovers
  open: boolean
  setOpen: (open: boolean) => void
}

/** Writes a note for a responder who joins later, and shows all notes of the drill. */
export function HandoverWriter({ drill, handovers, open, setOpen }: Props) {
  const [note, setNote] = useState(empty)
  const queries = useQueryClient()
  const write = useMutation({
    mutationFn: () => api.post('/api/drills/:id/handovers', { id: drill.id, body: note }),
    onMutate: () => handovers.expectOwn(true),
    onError: () => handovers.expectOwn(false),
    onSuccess: () => {
      setNote(empty)
      setOpen(false)
      return queries.invalidateQueries({ queryKey: ['drill', drill.id] })
    },
  })
  const { notes } = handovers
  const may = mayDo(drill.phase, 'write-handover')
  if (!may && notes.length === 0) return null
  return (
    <details className="box handover" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Handover <span className="quiet">{said(notes.length)}</span>
      </summary>
      {may && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            write.mutate()
          }}
        >
          <p className="quiet">For people who join later. The debrief compares the note with what was true.</p>
          {handoverFields.map((name) => (
            <Field key={name} name={name} value={note[name]} onChange={(text) => setNote({ ...note, [name]: text })} />
          ))}
          <p className="buttons">
            <button className="primary" disabled={write.isPending || handoverFields.every((name) => note[name].trim() === '')}>
              Write the note
            </button>
          </p>
        </form>
      )}
      {write.error && <Problem error={write.error} />}
      {notes.map((each) => (
        <article key={each.id} aria-label={`Note of ${clock(each.at)}`}>
          <p className="quiet">
            {each.by && `${each.by.name}, `}
            {clock(each.at)}
          </p>
          <NoteText note={each} />
        </article>
      ))}
    </details>
  )
}

const said = (count: number): string => (count === 0 ? 'no note yet' : count === 1 ? 'one note' : `${count} notes`)

function Field({ name, value, onChange }: { name: HandoverField; value: string; onChange: (text: string) => void }) {
  const { title, asks } = handoverTitles[name]
  return (
    <label>
      <span>{title}</span>
      <textarea
        rows={oneLine.has(name) ? 1 : 2}
        maxLength={600}
        placeholder={asks}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  )
}
