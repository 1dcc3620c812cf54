import { affectedTitles } from '../../../../model/affected.ts'
import { drillClock } from '../../../../model/drill.ts'
import { elapsed } from '../../../../model/duration.ts'
import type { Debrief } from './debrief.ts'
import { Tag } from './tag.tsx'

/** The trainee's lists of affected orders, compared with the database at the time, and how to find them. */
export function AffectedOrders({ drill, affected }: Pick<Debrief, 'drill' | 'affected'>) {
  if (affected.length === 0) return null
  return (
    <section className="box affected-orders" aria-label="Affected orders">
      <h2>
        Affected orders <span className="quiet">not part of the score</span>
      </h2>
      <ol>
        {affected.map(({ at, kind, listed, right, missing, wrong, examples, query }) => (
          <li key={at}>
            <p>
              <b>{elapsed(drillClock(drill, at))}</b> {affectedTitles[kind]}: {listed} handed in
            </p>
            <ul className="tags">
              <Tag has={right > 0}>{right} right</Tag>
              <Tag has={missing === 0}>{missing} missing</Tag>
              <Tag has={wrong === 0}>{wrong} wrong</Tag>
            </ul>
            <Some what="Missing" of={examples.missing} />
            <Some what="Wrong" of={examples.wrong} />
            {missing + wrong > 0 && (
              <p>
                Better: <code>{query}</code>
              </p>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}

const Some = ({ what, of }: { what: string; of: string[] }) =>
  of.length === 0 ? null : (
    <p className="quiet">
      {what}, for example: <code>{of.join(', ')}</code>
    </p>
  )
