import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { shopComponentNames } from '../../../model/components.ts'
import { mayDo, type ToldDrill } from '../../../model/drill.ts'
import { causeCategories } from '../../../model/scenario.ts'
import { api } from '../lib/api.ts'
import type { IncidentView } from '../lib/data.ts'
import { Problem } from './states.tsx'
import type { ShopComponentName } from '../../../model/components.ts'
import type { CauseCategory } from '../../../model/scenario.ts'

interface Props {
  drill: ToldDrill
  /** In a shift, the incident whose cause is named; null if there is none yet, and in a drill that is no shift. */
  incident: IncidentView | null
}

export function CauseForm({ drill, incident }: Props) {
  const [component, setComponent] = useState<ShopComponentName | ''>('')
  const [category, setCategory] = useState<CauseCategory | ''>('')
  const [sentence, setSentence] = useState('')
  const queries = useQueryClient()
  const name = useMutation({
    mutationFn: () =>
      api.post('/api/drills/:id/cause', {
        id: drill.id,
        body: {
          // Safe: the form is not sent before both are chosen.
          component: component as ShopComponentName,
          category: category as CauseCategory,
          sentence,
          ...(incident ? { incident: incident.number } : {}),
        },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['drill', drill.id] }),
  })
  const found = (drill.shift ? incident : drill)?.milestones.diagnosed
  const isFound = found !== null && found !== undefined
  const nothingToName = drill.shift && !incident
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
            <select required value={component} onChange={(event) => setComponent(event.target.value as ShopComponentName)}>
              <option value="">choose…</option>
              {shopComponentNames.map((option) => (
                <option key={option}>{option}</option>
              ))}
            </select>
          </label>
          <label>
            Category
            <select required value={category} onChange={(event) => setCategory(event.target.value as CauseCategory)}>
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
        <button className="primary" disabled={isFound || name.isPending || nothingToName || !mayDo(drill.phase, 'name-cause')}>
          Name the cause{incident && ` of incident ${incident.number}`}
        </button>
      </form>
      <p role="status" className="cause-answer">
        {isFound ? 'That is it.' : name.data && !name.data.correct ? 'That is not it. Look again.' : ''}
      </p>
      {name.error && <Problem error={name.error} />}
    </section>
  )
}
