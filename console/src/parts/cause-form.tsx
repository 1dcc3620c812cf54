import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { shopComponentNames } from '../../../model/components.ts'
import { mayDo, type DrillState } from '../../../model/drill.ts'
import { causeCategories } from '../../../model/scenario.ts'
import { post } from '../lib/api.ts'
import { Problem } from './states.tsx'

export function CauseForm({ drill }: { drill: DrillState }) {
  const [component, setComponent] = useState('')
  const [category, setCategory] = useState('')
  const [sentence, setSentence] = useState('')
  const queries = useQueryClient()
  const name = useMutation({
    mutationFn: () => post<{ correct: boolean }>(`/api/drills/${drill.id}/cause`, { component, category, sentence }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['drill', drill.id] }),
  })
  const found = drill.milestones.diagnosed !== null
  return (
    <section aria-label="Name the cause" className="box">
      <h2>Name the cause</h2>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          name.mutate()
        }}
      >
        <div className="cause-fields">
          <label>
            Component
            <select required value={component} onChange={(event) => setComponent(event.target.value)}>
              <option value="">choose…</option>
              {shopComponentNames.map((option) => (
                <option key={option}>{option}</option>
              ))}
            </select>
          </label>
          <label>
            Category
            <select required value={category} onChange={(event) => setCategory(event.target.value)}>
              <option value="">choose…</option>
              {causeCategories.map((option) => (
                <option key={option}>{option}</option>
              ))}
            </select>
          </label>
        </div>
        <label>
          In one sentence
          <input value={sentence} maxLength={500} onChange={(event) => setSentence(event.target.value)} />
        </label>
        <button className="primary" disabled={found || name.isPending || !mayDo(drill.phase, 'name-cause')}>
          Name the cause
        </button>
      </form>
      <p role="status" className="cause-answer">
        {found ? 'That is it.' : name.data && !name.data.correct ? 'That is not it. Look again.' : ''}
      </p>
      {name.error && <Problem error={name.error} />}
    </section>
  )
}
