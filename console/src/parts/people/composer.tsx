import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { drillClock, mayDo, statusUpdateKinds, type ToldDrill, type StatusUpdateKind } from '../../../../model/drill.ts'
import { elapsed } from '../../../../model/duration.ts'
import { audiences, type Audience } from '../../../../model/people.ts'
import { dueAfter } from '../../../../people/update-rules.ts'
import { api } from '../../lib/api.ts'
import { useNow } from '../../lib/time.ts'
import { Problem } from '../states.tsx'
import { usePeople } from './panel.tsx'

const readBy: Record<Audience, string> = {
  customers: 'Customers (status page)',
  support: 'Support',
  management: 'Management',
  engineers: 'Engineers',
}

/** Templates for each state; the author replaces the text in brackets. */
const templates: Record<StatusUpdateKind, (since: string) => string> = {
  investigating: (since) => `[What users notice], since about ${since} UTC. We are investigating, and do not know the cause yet.`,
  identified: (since) => `[What users notice], since about ${since} UTC. We have found the cause, and are working on a fix.`,
  monitoring: (since) => `[What users notice] began at about ${since} UTC. Our fix is in place, and we are watching the recovery.`,
  resolved: () => '[What users noticed] is over. Thank you for your patience.',
}
const nextMinutes = [5, 10, 15, 30] as const

/** The audience of an update, the incident's state, and the time of the next update. */
interface UpdateHeading {
  readers: Audience
  status: StatusUpdateKind
  /** Time until the next update; 0 if none is promised. */
  minutes: number
}

/** A form for status updates, with a countdown to the next promised one. */
export function UpdateComposer({ drill }: { drill: ToldDrill }) {
  const { data } = usePeople(drill.id)
  const queries = useQueryClient()
  const [heading, setHeading] = useState<UpdateHeading>({ readers: 'customers', status: 'investigating', minutes: 10 })
  const [text, setText] = useState('')
  const { readers, status, minutes } = heading
  const write = useMutation({
    mutationFn: () =>
      api.post('/api/drills/:id/status-updates', {
        id: drill.id,
        body: {
          status,
          text,
          audience: readers,
          ...(minutes > 0 && status !== 'resolved' ? { nextInMs: minutes * 60_000 } : {}),
        },
      }),
    onSuccess: () => {
      setText('')
      return queries.invalidateQueries({ queryKey: ['drill', drill.id] })
    },
  })
  if (!data || data.communication === null || !mayDo(drill.phase, 'post-status')) return null
  const since = new Date(drill.pagedAt ?? drill.startedAt).toISOString().slice(11, 16)
  return (
    <section aria-label="Status update" className="box composer">
      <h2>
        Status update <UpdateClock drill={drill} />
      </h2>
      {data.communication === 'scored' && <p className="quiet">Your status updates count towards the score of this drill.</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault()
          write.mutate()
        }}
      >
        <Heading values={heading} onChange={setHeading} />
        <label>
          <span>Text</span>
          <textarea
            rows={3}
            required
            maxLength={2000}
            placeholder="What users notice, since when, and what is being done"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <p className="buttons">
          <button className="primary" disabled={write.isPending}>
            Post the update
          </button>
          <button type="button" onClick={() => setText(templates[status](since))}>
            Use a template
          </button>
        </p>
      </form>
      {write.error && <Problem error={write.error} />}
    </section>
  )
}

const Heading = ({ values, onChange }: { values: UpdateHeading; onChange: (values: UpdateHeading) => void }) => (
  <div className="composer-row">
    <label>
      <span>For</span>
      <select value={values.readers} onChange={(event) => onChange({ ...values, readers: event.target.value as Audience })}>
        {audiences.map((name) => (
          <option key={name} value={name}>
            {readBy[name]}
          </option>
        ))}
      </select>
    </label>
    <label>
      <span>Status</span>
      <select value={values.status} onChange={(event) => onChange({ ...values, status: event.target.value as StatusUpdateKind })}>
        {statusUpdateKinds.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
    <label>
      <span>Next update</span>
      <select
        value={values.minutes}
        disabled={values.status === 'resolved'}
        onChange={(event) => onChange({ ...values, minutes: Number(event.target.value) })}
      >
        {nextMinutes.map((each) => (
          <option key={each} value={each}>
            in {each} minutes
          </option>
        ))}
        <option value={0}>not promised</option>
      </select>
    </label>
  </div>
)

/** When the next update is due. */
function UpdateClock({ drill }: { drill: ToldDrill }) {
  const now = useNow()
  const last = drill.updates.at(-1) ?? null
  if (drill.pagedAt === null || last?.status === 'resolved') return null
  const left = (last?.nextInMs ? drillClock(drill, last.at) + last.nextInMs : dueAfter(last, drill).dueAt) - drillClock(drill, now)
  const what = last === null ? 'the first is due' : last.nextInMs ? 'the next is promised' : 'the next is due'
  return (
    <span role="timer" className={left < 0 ? 'overdue' : 'quiet'}>
      {left >= 0 ? `${what} in ${elapsed(left)}` : `overdue by ${elapsed(-left)}`}
    </span>
  )
}
