import type { DrillEvent, DrillState } from '../../../../model/drill.ts'
import { elapsed } from '../../../../model/duration.ts'
import { milestoneNames } from '../../../../model/scenario.ts'
import { priceOfQuiet } from '../../parts/event-sentences.ts'
import type { Debrief } from './debrief.ts'
import { Tag } from './tag.tsx'

/** How well others were kept informed: each update with its strengths and gaps, a better version, and what was known when it was written. */
export function Telling({
  drill,
  events,
  communication,
}: Pick<Debrief, 'drill' | 'events'> & { communication: NonNullable<Debrief['communication']> }) {
  const quiets = events.filter((event) => event.type === 'quiet-ended')
  return (
    <section className="box telling" aria-label="Keeping others informed">
      <h2>
        Keeping others informed{' '}
        <span className="quiet">
          {communication.total} of 100{communication.counts ? '' : ', not part of the score'}
        </span>
      </h2>
      <p>{communication.summary}</p>
      <ol>
        {communication.updates.map((update) => (
          <li key={update.at}>
            <p>
              <b>{elapsed(update.at - drill.startedAt)}</b> for {update.audience}, {update.status}: <q>{update.text}</q>{' '}
              <b>{update.points} points</b>
            </p>
            <ul className="tags">
              {update.findings.map(({ rule, title, points, of }) => (
                <Tag key={rule} has={points >= of}>
                  {title}
                </Tag>
              ))}
            </ul>
            <p className="quiet">Known by then: {knownAt(drill, events, update.at)}.</p>
            {update.better !== null && (
              <p>
                Better: <q>{update.better}</q>
              </p>
            )}
          </li>
        ))}
      </ol>
      {communication.missing.length > 0 && (
        <p>
          Updates that were due and did not come: at {new Intl.ListFormat('en').format(communication.missing.map((at) => elapsed(at)))}.
        </p>
      )}
      {quiets.map((event) => (
        <p key={event.id}>
          <b>{elapsed(event.at - drill.startedAt)}</b> {priceOfQuiet(event)}
        </p>
      ))}
    </section>
  )
}

/** What the drill had shown by a moment, in words. */
function knownAt(drill: DrillState, events: readonly DrillEvent[], at: number): string {
  const reached = milestoneNames.filter((name) => (drill.milestones[name] ?? Infinity) <= at)
  const told = events.filter((event) => event.at <= at && event.type === 'person-said' && event.fact !== null).length
  return [
    drill.pagedAt !== null && drill.pagedAt <= at ? 'the page' : 'no page yet',
    ...(reached.length > 0 ? [reached.join(', ')] : ['nothing located']),
    ...(told > 0 ? [`${told} ${told === 1 ? 'fact' : 'facts'} from people`] : []),
  ].join('; ')
}
