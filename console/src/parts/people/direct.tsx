import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { characterIds, type CharacterId } from '../../../../model/people.ts'
import { characters } from '../../../../people/characters/registry.ts'
import { api } from '../../lib/api.ts'
import { Problem } from '../states.tsx'
import { usePeople } from './panel.tsx'

/** For the instructor: makes a person speak, in the instructor's words or their own, or mutes people. */
export function DirectPeople({ drill, enabled }: { drill: string; enabled: boolean }) {
  const { data } = usePeople(drill)
  const queries = useQueryClient()
  const [person, setPerson] = useState<CharacterId>('support-lead')
  const [text, setText] = useState('')
  const refresh = () => queries.invalidateQueries({ queryKey: ['drill', drill] })
  const send = useMutation({
    mutationFn: () => api.post('/api/drills/:id/people/:person/enter', { id: drill, person, body: text.trim() === '' ? {} : { text } }),
    onSuccess: () => {
      setText('')
      return refresh()
    },
  })
  const mute = useMutation({
    mutationFn: (muted: boolean) => api.put('/api/drills/:id/people/muted', { id: drill, body: { muted } }),
    onSuccess: refresh,
  })
  const problem = send.error ?? mute.error
  return (
    <>
      <form
        className="note direct"
        onSubmit={(event) => {
          event.preventDefault()
          send.mutate()
        }}
      >
        <select aria-label="Person" value={person} onChange={(event) => setPerson(event.target.value as CharacterId)}>
          {characterIds.map((id) => (
            <option key={id} value={id}>
              {characters[id].role}
            </option>
          ))}
        </select>
        <input
          aria-label="Their words"
          placeholder="Your words; leave empty for the scenario's"
          maxLength={400}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button disabled={!enabled || send.isPending}>Send in</button>
      </form>
      <p className="buttons">
        <button
          aria-pressed={data?.muted ?? false}
          disabled={!enabled || mute.isPending}
          onClick={() => mute.mutate(!(data?.muted ?? false))}
        >
          {data?.muted ? 'Let people speak' : 'Mute everybody'}
        </button>
      </p>
      {problem && <Problem error={problem} />}
    </>
  )
}
